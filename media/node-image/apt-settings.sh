# Writes apt's settings for the build beside this script and touches nothing that stays in the image.
set -eu
folder=$(dirname "$0")
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
{
  echo 'Acquire::Retries "3";'
  echo 'Acquire::Languages "none";'
  echo 'APT::Sandbox::User "root";'
  if [ -s "$folder/extra-ca.crt" ]; then echo "Acquire::https::CAInfo \"$folder/extra-ca.crt\";"; fi
} > "$folder/apt.conf"
[ -n "${DEBIAN_MIRROR:-}" ] || exit 0
{
  echo "deb $DEBIAN_MIRROR $release main"
  echo "deb $DEBIAN_MIRROR $release-updates main"
  if [ -n "${DEBIAN_SECURITY_MIRROR:-}" ]; then echo "deb $DEBIAN_SECURITY_MIRROR $release-security main"; fi
} > "$folder/sources.list"
{
  echo "Dir::Etc::sourcelist \"$folder/sources.list\";"
  echo 'Dir::Etc::sourceparts "-";'
} >> "$folder/apt.conf"
