import assert from "node:assert/strict";
import { parseDeployment } from "../../src/cli/deployment.ts";

for (
  const [given, url] of [
    ["localhost:8787", "http://localhost:8787"],
    ["LOCALHOST/rollcall/", "http://localhost/rollcall"],
    ["127.0.0.1:8787", "http://127.0.0.1:8787"],
    ["127.1", "http://127.0.0.1"],
    ["[::1]:8787", "http://[::1]:8787"],
    ["health.example.com", "https://health.example.com"],
    ["health.example.com:8443/rollcall", "https://health.example.com:8443/rollcall"],
    // No token goes anywhere in the clear because of how a name begins.
    ["localhost.example.com", "https://localhost.example.com"],
    ["localhost-eu.example.com:8787", "https://localhost-eu.example.com:8787"],
    ["127.example.com", "https://127.example.com"],
    ["http://health.example.com", "http://health.example.com"],
  ] as const
) {
  Deno.test(`parseDeployment() reads ${given} as ${url}`, () => {
    assert.equal(parseDeployment({ url: given, token: undefined }, { env: {} }).url, url);
  });
}
