// A real Kubernetes API: etcd, kube-apiserver with RBAC and OIDC as KKP's gate OpenIDAuthPlugin sets it up, and the one
// controller that fills the aggregated roles (view, edit, admin).
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Part, freePorts, output } from './process.mjs';

async function serviceAccountKeys(state) {
  const [key, pub] = ['service-account.key', 'service-account.pub'].map((name) => join(state, name));
  writeFileSync(key, await output('openssl', ['genrsa', '2048']), { mode: 0o600 });
  await output('openssl', ['rsa', '-in', key, '-pubout', '-out', pub]);
  return { key, pub };
}

/** JSON is YAML, so this is a kubeconfig: the administrator's, with one cluster entry. */
function adminKubeconfig(state, name, cluster, token) {
  const path = join(state, `${name}.admin.kubeconfig`);
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: 'default', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'default' } }],
    'current-context': name,
  }, null, 2);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/**
 * Start everything and wait until the `view` role has rules. Each started part is handed to `keep`.
 *
 * `admin(name)` writes an admin kubeconfig whose cluster entry has that name and its CA inline;
 * `admin(name, { caFile: true })` one that points to the CA's file.
 */
export async function startCluster({ state, bin, kubectl, keep, tls, root, provider, providerRoot }) {
  const [port, etcdPort, peerPort] = await freePorts(3);
  const server = `https://localhost:${port}`;
  const token = randomBytes(16).toString('hex');
  const tokens = join(state, 'tokens.csv');
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const serviceAccounts = await serviceAccountKeys(state);

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  keep(new Part('etcd', state, 'etcd', [
    `--data-dir=${join(state, 'etcd')}`, '--log-level=error',
    `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=default=${peerUrl}`,
  ]));
  const apiserver = keep(new Part('kube-apiserver', state, join(bin, 'kube-apiserver'), [
    `--etcd-servers=${etcdUrl}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${port}`,
    '--insecure-port=0', `--cert-dir=${state}`, `--tls-cert-file=${tls.chain}`, `--tls-private-key-file=${tls.key}`,
    `--service-account-key-file=${serviceAccounts.pub}`, `--service-account-signing-key-file=${serviceAccounts.key}`,
    '--service-account-issuer=https://kubernetes.default.svc', '--service-cluster-ip-range=10.0.0.0/24',
    `--token-auth-file=${tokens}`, '--authorization-mode=RBAC', '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
    // spec 2.3: what KKP gives to the user cluster's kube-apiserver
    '--oidc-issuer-url', provider.issuer, '--oidc-client-id', provider.clientId, '--oidc-username-claim', 'email',
    '--oidc-groups-prefix', 'oidc:', '--oidc-groups-claim', 'groups', '--oidc-ca-file', providerRoot,
  ]));
  const admin = (name, { caFile = false } = {}) => adminKubeconfig(state, name, {
    server,
    ...(caFile
      ? { 'certificate-authority': root }
      : { 'certificate-authority-data': readFileSync(root).toString('base64') }),
  }, token);
  const own = admin('administrator');
  await apiserver.until('ready', 120, async () =>
    (await kubectl.output(own, 'get', '--raw', '/readyz')) === 'ok');
  const controller = keep(new Part('kube-controller-manager', state, join(bin, 'kube-controller-manager'), [
    `--kubeconfig=${own}`, '--controllers=clusterrole-aggregation', '--leader-elect=false', '--port=0', '--secure-port=0',
  ]));
  await controller.until('the view role has rules', 60, () =>
    kubectl.output(own, 'get', 'clusterrole', 'view', '-o', 'jsonpath={.rules[0].verbs}'));

  return {
    admin,
    port,
    server,
    caPem: readFileSync(root, 'utf8'),
    kubectl: (...args) => kubectl.output(own, ...args),
  };
}
