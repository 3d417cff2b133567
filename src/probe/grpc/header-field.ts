/**
 * One header or trailer field, RFC 9113 §8.2. The name is in lower case; both are Latin-1 text, one character a byte, so that
 * what is UTF-8 on the wire is not decoded here.
 */
export type HeaderField = readonly [name: string, value: string];

/**
 * Whether a received field is one that RFC 9113 §8.2.1 lets pass: its name has no upper case, no space, no colon but the
 * first; its value has no NUL, CR or LF. Space around a value passes, against the letter of that section: `grpc-message` may
 * end in one, for its percent-encoding leaves spaces as they are.
 */
export function isWellFormed([name, value]: HeaderField): boolean {
  return NAME.test(name) && !FORBIDDEN_IN_VALUE.test(value);
}

/** Visible ASCII without upper case; a colon only as the first character, which makes a pseudo-header. */
const NAME = /^:?[!-9;-@[-~]+$/;

const FORBIDDEN_IN_VALUE = /[\0\r\n]/;
