import fc from "fast-check";

/** What confuses parsers: pieces of addresses, and characters that one of them may drop, fold or split at. */
const PIECES = [
  ..."0123456789abcdefx.:-_/\\@#?%[]~ \t",
  ..."。．｡０１２７①⓪＠／：＃？\u00ad\u200b\u2060\u3000ßςİ",
  "127.0.0.1",
  "0x7f",
  "localhost",
  "acme.com",
  ".internal",
  "%2e",
  "%40",
  "%5b",
  "::1",
  "xn--",
  "[::ffff:",
];

/** What may stand behind `scheme://`, mostly nonsense. */
export const anyHost = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join(""));
