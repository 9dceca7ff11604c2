import type { ChangeRow } from '../../../panel-protocol/messages.ts';

/** A change of the file that was applied, one made by hand, or a restart; flows before and after are left to whoever shows it. */
export type RecordedChange = Omit<ChangeRow, 'before' | 'after'>;

/** `events`: something was recorded. `plan`: a change was applied, or the lab begins. */
export type RecordingNews = 'events' | 'state' | 'plan';
