/** Times of a schedule in words, and the ones that the form makes. */

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
const NAMED = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export type Every = 'hour' | 'day' | 'week' | 'month' | 'own';

/** What the form knows of a schedule. */
export interface Rhythm {
  every: Every;
  /** `hh:mm`; of an hour, the minutes count. */
  at: string;
  /** 0 is Sunday. */
  weekday: number;
  day: number;
  /** Five fields, where `every` is `own`. */
  cron: string;
}

export const FIRST_RHYTHM: Rhythm = {
  every: 'day',
  at: '06:00',
  weekday: 1,
  day: 1,
  cron: '0 6 * * *'
};

/** The five fields. */
export function cronOf(rhythm: Rhythm): string {
  const [hour = 0, minute = 0] = rhythm.at.split(':').map(Number);
  switch (rhythm.every) {
    case 'hour':
      return `${minute} * * * *`;
    case 'day':
      return `${minute} ${hour} * * *`;
    case 'week':
      return `${minute} ${hour} * * ${rhythm.weekday}`;
    case 'month':
      return `${minute} ${hour} ${rhythm.day} * *`;
    case 'own':
      return rhythm.cron.trim().replace(/\s+/g, ' ');
  }
}

function ordinal(n: number): string {
  const end = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${end}`;
}

function weekdays(field: string): string | null {
  const numbers = field.split(',').map(part => {
    const named = NAMED.indexOf(part.toUpperCase());
    return named >= 0 ? named : /^[0-7]$/.test(part) ? Number(part) % 7 : -1;
  });
  if (field === '1-5' || field.toUpperCase() === 'MON-FRI') {
    return 'from Monday to Friday';
  }
  return numbers.includes(-1) ? null : `on ${numbers.map(n => DAYS[n]).join(' and ')}`;
}

/** "every day at 06:00"; what is not simple is shown as it was written. */
export function inWords(cron: string): string {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = cron.trim().split(/\s+/);
  const plain = (field: string): boolean => /^\d{1,2}$/.test(field);
  const otherwise = `at the times of “${cron}”`;
  if (month !== '*') {
    return otherwise;
  }
  const everyStep = /^\*\/(\d+)$/.exec(minute);
  if (hour === '*' && day === '*' && weekday === '*') {
    if (minute === '*') {
      return 'every minute';
    }
    if (everyStep) {
      return `every ${everyStep[1] ?? ''} minutes`;
    }
    return plain(minute) ? `every hour at ${minute.padStart(2, '0')} past` : otherwise;
  }
  if (!plain(minute) || !plain(hour)) {
    return otherwise;
  }
  const at = `at ${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') {
    return `every day ${at}`;
  }
  if (day === '*') {
    const said = weekdays(weekday);
    return said ? `${said} ${at}` : otherwise;
  }
  return weekday === '*' && plain(day)
    ? `on the ${ordinal(Number(day))} of each month ${at}`
    : otherwise;
}

/** A moment in a time zone, with the zone: "Mon 23 Nov 2026, 06:00 CET". */
export function momentIn(zone: string, at: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short'
  }).format(at);
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')];
}
