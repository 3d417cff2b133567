/** Given by workerd alone; what is used of it: https://developers.cloudflare.com/durable-objects/api/base/ */
declare module "cloudflare:workers" {
  export abstract class DurableObject<State, Env> {
    protected readonly ctx: State;
    protected readonly env: Env;
    constructor(ctx: State, env: Env);
  }
}
