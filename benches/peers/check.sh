#!/usr/bin/env bash
# How long `kkp-oidc check` takes from start to exit, beside programs that people start as often.
# usage: bash benches/peers/check.sh [ROUNDS]     prints a Markdown table
#
# Each round runs everybody ten times, one after the other; medians of the rounds are shown. `true` is the floor. A Go
# program that prints one line, `kubectl version --client` and `helm lint` run if they are there; none of them checks what
# kkp-oidc checks.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${1:-11}
repeat=10
export LC_ALL=C TIMEFORMAT='%U %S %R'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${CARGO_TARGET_DIR:-target}

cargo build --release --quiet --locked -p kkp-oidc-cli --no-default-features >&2
check=$target/release/kkp-oidc
# As long as a file of this kind may be: 4 MiB of clusters.
for ((i = 0; i < 16000; i++)); do
  printf -- '---\napiVersion: kubermatic.k8c.io/v1\nkind: Cluster\nmetadata:\n  name: c%09d\nspec:\n  humanReadableName: cluster\n' "$i"
  printf '  version: 1.31.2\n  cloud:\n    dc: eu-west-1\n    providerName: openstack\n  oidc:\n    usernameClaim: email\n'
done >"$work/clusters.yaml"
head -c 4194304 /dev/zero | tr '\0' '#' >"$work/too-long.yaml"
cat examples/installation/values.yaml >>"$work/too-long.yaml"

peers=(true installation mistakes clusters too-long)
if command -v go >/dev/null; then
  printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n' >"$work/hello.go"
  go build -o "$work/hello" "$work/hello.go"
  peers+=(go-hello)
fi
for program in kubectl helm; do
  ! command -v "$program" >/dev/null || peers+=("$program")
done
if [[ " ${peers[*]} " == *" helm "* ]]; then helm create "$work/chart" >/dev/null; fi

run() { # PEER
  case $1 in
    true) /bin/true ;;
    installation) "$check" check examples/installation ;;
    mistakes) "$check" check examples/mistakes || [ $? = 1 ] ;;
    clusters) "$check" check "$work/clusters.yaml" || [ $? = 1 ] ;;
    too-long) "$check" check "$work/too-long.yaml" || [ $? = 1 ] ;;
    go-hello) "$work/hello" ;;
    kubectl) kubectl version --client ;;
    helm) helm lint "$work/chart" ;;
  esac
}

name() { # PEER
  case $1 in
    true) echo '`true`' ;;
    installation) echo '`kkp-oidc check examples/installation`: 2 files, nothing to mend' ;;
    mistakes) echo '`kkp-oidc check examples/mistakes`: 5 findings' ;;
    clusters) echo "\`kkp-oidc check\` of 16,000 clusters, $(($(wc -c <"$work/clusters.yaml") / 1024)) KiB" ;;
    too-long) echo '`kkp-oidc check` of a file that is too long' ;;
    go-hello) echo "\"hello\" in $(go env GOVERSION)" ;;
    kubectl) echo '`kubectl version --client`' ;;
    helm) echo '`helm lint` of a new chart' ;;
  esac
}

median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

peak() { # PEER
  case $1 in
    installation | mistakes) set -- "examples/$1" ;;
    clusters | too-long) set -- "$work/$1.yaml" ;;
    *) echo - && return ;;
  esac
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -o "$work/peak" -f %M "$check" check "$1" >/dev/null 2>&1 || true
    tail -n 1 "$work/peak" | awk '{ printf "%.0f\n", $1 / 1024 }'
  else
    echo -
  fi
}

for ((round = 0; round < rounds; round++)); do
  for peer in "${peers[@]}"; do
    { time for ((i = 0; i < repeat; i++)); do run "$peer" >/dev/null 2>&1; done; } 2>&1 |
      awk -v n="$repeat" '{ printf "%.2f %.2f\n", ($1 + $2) * 1000 / n, $3 * 1000 / n }' >>"$work/$peer.times"
  done
done
echo "| program | CPU ms | wall ms | peak MiB |"
echo "|---|---|---|---|"
for peer in "${peers[@]}"; do
  cpu=$(cut -d' ' -f1 "$work/$peer.times" | median)
  wall=$(cut -d' ' -f2 "$work/$peer.times" | median)
  printf '| %s | %.1f | %.1f | %s |\n' "$(name "$peer")" "$cpu" "$wall" "$(peak "$peer")"
done
