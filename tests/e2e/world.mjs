// Everything that a recipient's day needs: provider, cluster, services, browser, kubectl, each with a private authority
// where one belongs.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { startBrowser } from './browser.mjs';
import { startCluster } from './cluster.mjs';
import { Kubectl } from './kubectl.mjs';
import { makeIntermediate, makeRoot, makeServer } from './pki.mjs';
import { freePorts, report, within } from './process.mjs';
import { PUBLIC_CLIENT_ID, startProvider } from './provider.mjs';
import { startRoundRobin } from './proxy.mjs';
import { loggedOutUri, redirectUri, shareLink, startService, userId, writeClusters } from './service.mjs';

/** Who shares. The letter case is not that of the id that KKP makes of it. */
const OWNER = 'Owner@Kubermatic.com';

const PROJECT = 'my-first-project-id';

/** The value of a variable that `tests/e2e/run` sets. */
export function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the test by tests/e2e/run`);
  return value;
}

/** A folder for everything that is written, gone at the end. `tests/e2e/run` makes one and looks for strays in it. */
function stateFolder() {
  if (process.env.KKP_OIDC_E2E_STATE) return mkdtempSync(join(process.env.KKP_OIDC_E2E_STATE, 'world-'));
  const path = mkdtempSync(join(tmpdir(), 'kkp-oidc-e2e-'));
  process.on('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What the scenarios of one file share, filled step by step so that a failing start is cleaned up too. */
export class World {
  constructor() {
    this.state = stateFolder();
    this.logFiles = [];
    this.parts = [];
    this.reported = false;
    const pictures = process.env.KKP_OIDC_SCREENSHOTS;
    if (pictures) mkdirSync(pictures, { recursive: true });
  }

  /** Have `part` ended at the end, the last one first. */
  keep(part) {
    this.parts.push(part);
    const files = part.logFiles ?? (part.logFile ? [part.logFile] : []);
    // A part that was started anew goes on in the same file.
    this.logFiles.push(...files.filter((file) => !this.logFiles.includes(file)));
    return part;
  }

  /** Do it within so many seconds; if that fails, show the logs of all parts once and fail. */
  async watch(seconds, action) {
    try {
      return await within(seconds, action());
    } catch (error) {
      if (!this.reported) report(this.logFiles);
      this.reported = true;
      throw error;
    }
  }

  /** A test with a time limit that shows the logs when it fails. */
  scenario(name, seconds, action) {
    test(name, () => this.watch(seconds, action));
  }

  async stop() {
    for (const part of this.parts.reverse()) await part.stop();
  }

  /**
   * Provider, cluster, browser and two services: `service`, and `kkpService` which writes KKP's own bytes; with `sharing`
   * only `service`, with a store for share links; with `replicas` that many processes with one store behind a proxy.
   */
  async start({ sharing = false, replicas = 0 } = {}) {
    const { state } = this;
    const keep = (part) => this.keep(part);
    const [providerPort, port, otherPort] = await freePorts(3);

    const providerRoot = await makeRoot(state, 'provider-root', 'Provider Root');
    const intermediate = await makeIntermediate(state, 'intermediate', 'Provider Intermediate', providerRoot);
    const providerTls = await makeServer(state, 'provider', intermediate, [intermediate]);
    const clusterRoot = await makeRoot(state, 'cluster-root', 'Cluster Root');
    const clusterTls = await makeServer(state, 'cluster', clusterRoot);
    const unrelatedRoot = await makeRoot(state, 'unrelated-root', 'Unrelated Root');
    const bundle = join(state, 'ca-bundle.pem');
    const inBundle = [unrelatedRoot, providerRoot, clusterRoot];
    writeFileSync(bundle, inBundle.map(({ certificate }) => readFileSync(certificate, 'utf8')).join(''));
    this.providerRootPem = readFileSync(providerRoot.certificate, 'utf8');

    this.provider = this.keep(await startProvider({
      state, port: providerPort, tls: providerTls, redirectUris: [redirectUri(port), redirectUri(otherPort)],
      postLogoutRedirectUris: [loggedOutUri(port)],
    }));
    this.kubectl = new Kubectl(state);
    this.cluster = await startCluster({
      state,
      bin: setting('KKP_OIDC_KUBERNETES'),
      kubectl: this.kubectl,
      keep,
      tls: clusterTls,
      root: clusterRoot.certificate,
      provider: this.provider,
      providerRoot: providerRoot.certificate,
    });
    const clusters = writeClusters(state, this.#directory());

    const common = {
      state, keep, binary: setting('KKP_OIDC_BINARY'), provider: this.provider, caBundle: bundle, clusters,
    };
    // 32 and 64 bytes, the two lengths that there are
    this.cookieKeys = [randomBytes(16).toString('hex'), randomBytes(32).toString('hex')];
    const flags = [
      `--share-store=${join(state, 'shares.db')}`, `--public-client-id=${PUBLIC_CLIENT_ID}`, '--post-logout-redirect',
    ];
    const one = { ...common, name: 'service', port, cookieKey: this.cookieKeys[0] };
    if (replicas) {
      const behindProxy = [...flags, '--trusted-proxies=127.0.0.1/32'];
      this.replica = async (name, more = {}) => {
        const [own] = await freePorts(1);
        return startService({ ...one, name, port: own, publicPort: port, flags: behindProxy, ...more });
      };
      this.replicas = [];
      for (let n = 1; n <= replicas; n += 1) this.replicas.push(await this.replica(`service-${n}`));
      this.proxy = this.keep(await startRoundRobin({ port, backends: this.replicas.map((replica) => replica.port) }));
      this.service = this.proxy;
    } else {
      this.service = await startService({ ...one, flags: sharing ? flags : [] });
    }
    if (!sharing && !replicas) {
      this.kkpService = await startService({
        ...common, name: 'service-as-kkp', port: otherPort, cookieKey: this.cookieKeys[1], secretFiles: true,
        flags: ['--kubeconfig-idp-ca=never'],
      });
    }
    this.browser = this.keep(await startBrowser({ state, root: providerRoot.certificate }));
  }

  /** Two clusters in one project. Both lead to the same API, by different names and by different kinds of kubeconfig. */
  #directory() {
    const { cluster } = this;
    this.first = { id: 'lab7x9k2mp', server: cluster.server };
    this.second = { id: 'second4q8w', server: `https://127.0.0.1:${cluster.port}` };
    const relative = (path) => path.slice(this.state.length + 1);
    return {
      users: [{ email: OWNER }],
      projects: [{ id: PROJECT, members: [{ email: OWNER, role: 'owners' }] }],
      clusters: [{
        id: this.first.id, project: PROJECT, name: 'lab', kubeconfig: relative(cluster.admin(this.first.id)),
      }, {
        id: this.second.id, project: PROJECT, name: 'second', server: this.second.server,
        kubeconfig: relative(cluster.admin(this.second.id, { caFile: true })),
      }],
    };
  }

  /** The owner's share link for `cluster`. */
  link(cluster, { service = this.service, ...more } = {}) {
    return shareLink(service.origin, { project_id: PROJECT, cluster_id: cluster.id, user_id: userId(OWNER), ...more });
  }
}
