// The real kubectl, with a home of its own so that neither the user's files nor old caches take part.
import { symlinkSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { folder, output, run } from './process.mjs';

export class Kubectl {
  constructor(state) {
    this.state = state;
    this.command = process.env.KKP_OIDC_KUBECTL ?? 'kubectl';
    const bin = folder(state, 'bin');
    for (const [name, file] of [['kubectl', this.command], ['kkp-oidc', process.env.KKP_OIDC_BINARY]]) {
      if (file && isAbsolute(file)) symlinkSync(file, join(bin, name));
    }
    this.env = { HOME: folder(state, 'kubectl-home'), PATH: `${bin}:${process.env.PATH}` };
  }

  /** Keep a downloaded file as a user would: readable and writable by its owner only. */
  save(name, text) {
    const path = join(this.state, name);
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    return path;
  }

  #call(kubeconfig, args) {
    return [this.command, ['--kubeconfig', kubeconfig, '--request-timeout=20s', ...args], { env: this.env, seconds: 60 }];
  }

  /** Exit code, stdout and stderr. */
  run(kubeconfig, ...args) {
    return run(...this.#call(kubeconfig, args));
  }

  /** Stdout of a call that has to succeed. */
  output(kubeconfig, ...args) {
    return output(...this.#call(kubeconfig, args));
  }

  /** Lines that a page shows, in bash: exit code, stdout and stderr. `kkp-oidc` and kubectl are found by their names. */
  shell(lines, { cwd = this.state, env = {} }) {
    return run('bash', ['-c', lines], { env: { ...this.env, ...env }, cwd, seconds: 60 });
  }

  /** The kubeconfig as kubectl itself reads it, secrets included. */
  async view(kubeconfig) {
    return JSON.parse(await this.output(kubeconfig, 'config', 'view', '--raw', '-o', 'json'));
  }
}

/** What `kubectl get pods` does for somebody without rights. */
export function forbidden(email) {
  return {
    code: 1,
    stdout: '',
    stderr: `Error from server (Forbidden): pods is forbidden: User "${email}" cannot list resource "pods" in API group "" in the namespace "default"\n`,
  };
}

/** What `kubectl get pods` does for somebody who may see that there are none. */
export const NO_PODS = { code: 0, stdout: '', stderr: 'No resources found in default namespace.\n' };

/** The claims of a JWT, its signature not looked at. */
export function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
