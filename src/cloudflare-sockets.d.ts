/** Given by workerd alone; what is used of it: https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/ */
declare module "cloudflare:sockets" {
  export const connect: import("./probe/network/workers.ts").Connect;
}
