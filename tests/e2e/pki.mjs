// Private certificate authorities, made with openssl. Keys are P-256 and their files readable by this user only.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { output } from './process.mjs';

const DAYS = '30';
const AUTHORITY = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n';
const IDENTIFIERS = 'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
const LOCALHOST = `basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:localhost,IP:127.0.0.1
${IDENTIFIERS}`;

async function makeKey(path) {
  const pem = await output('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  writeFileSync(path, pem, { mode: 0o600 });
}

/** A self-signed root: `NAME.pem` and `NAME.key` in `dir`. */
export async function makeRoot(dir, name, subject) {
  const key = join(dir, `${name}.key`);
  const certificate = join(dir, `${name}.pem`);
  await makeKey(key);
  await output('openssl', ['req', '-x509', '-new', '-key', key, '-sha256', '-days', DAYS, '-subj', `/CN=${subject}`,
    '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-out', certificate]);
  return { certificate, key };
}

async function issue(dir, name, subject, issuer, extensions) {
  const [key, request, certificate] = ['key', 'csr', 'pem'].map((end) => join(dir, `${name}.${end}`));
  const extensionsFile = join(dir, `${name}.ext`);
  writeFileSync(extensionsFile, extensions);
  await makeKey(key);
  await output('openssl', ['req', '-new', '-key', key, '-subj', `/CN=${subject}`, '-out', request]);
  await output('openssl', ['x509', '-req', '-in', request, '-CA', issuer.certificate, '-CAkey', issuer.key,
    '-CAcreateserial', '-days', DAYS, '-sha256', '-extfile', extensionsFile, '-out', certificate]);
  return { certificate, key };
}

/** An authority below `issuer` that may sign servers, not authorities. */
export function makeIntermediate(dir, name, subject, issuer) {
  return issue(dir, name, subject, issuer, `${AUTHORITY.replace('CA:TRUE', 'CA:TRUE,pathlen:0')}${IDENTIFIERS}`);
}

/** A server certificate for `localhost` and `127.0.0.1`; `chain` is what the server sends: it and `intermediates`. */
export async function makeServer(dir, name, issuer, intermediates = []) {
  const server = await issue(dir, name, 'localhost', issuer, LOCALHOST);
  const chain = join(dir, `${name}.chain.pem`);
  writeFileSync(chain, [server, ...intermediates].map(({ certificate }) => readFileSync(certificate, 'utf8')).join(''));
  return { ...server, chain };
}
