/** The least a server can do: one answer for everybody. */
export interface Bare {
  readonly isReadingBodies: boolean;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const BARE: Bare = { isReadingBodies: false, body: "{}", headers: {} };

/** The measure of a POST: reading a body costs what it costs. */
export const BARE_READING: Bare = { ...BARE, isReadingBodies: true };

/** A Worker that does it. */
export function bareWorker({ isReadingBodies, body, headers }: Bare): string {
  return `
    const body = ${JSON.stringify(body)};
    const init = ${JSON.stringify({ headers })};
    export default {
      ${
    isReadingBodies ? "async fetch(request) { await request.arrayBuffer();" : "fetch() {"
  } return new Response(body, init); }
    };`;
}
