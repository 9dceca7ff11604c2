// What `require` gives for a package that is left out: an empty object. See `overrides` in the project's package.json.
