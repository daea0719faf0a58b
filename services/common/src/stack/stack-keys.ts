/** Hash of the workers' latest reports: `<seconds since the epoch> <JSON>`. Expires without workers. */
export const workerReportsKey = "stack:workers";
/** Hash of the figures of one minute. Expires. `minute`: minutes since the epoch. */
export const minuteKey = (minute: number | "*") => `stack:minute:${minute}`;
