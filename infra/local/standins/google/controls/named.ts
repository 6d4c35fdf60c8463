import { type Calendar, calendarNamed, type GoogleState } from '../state.ts';

export const calendarFor = (state: GoogleState, id: string): Calendar => {
  const calendar = calendarNamed(state, id);
  if (!calendar) throw new Error(`no calendar ${id}`);
  return calendar;
};
