import Module from 'node:module';
import type { CoreApi } from './core-api';

/** Makes `require('@azure/functions-core')` answer with `api` everywhere in this process, as the Azure worker does. */
export function installCoreModule(api: CoreApi): void {
  // oxlint-disable-next-line typescript/unbound-method -- the proxy passes `this` on
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args: readonly unknown[]): unknown =>
      args[0] === '@azure/functions-core' ? api : Reflect.apply(target, self, args),
  });
}
