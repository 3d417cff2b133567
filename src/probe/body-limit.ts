/** Longest answer read, in bytes. A health answer takes about fifty; the rest is room for a list, and trailers of proxies. */
export const BODY_MAX_BYTES = 65_536;
