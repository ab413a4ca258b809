#!/usr/bin/env bash
# Compare `kkp-oidc ca bundle` with what people would use instead, on the same input and in the same run.
# usage: bash benches/peers/ca_bundle.sh [ROUNDS]     prints a Markdown table
#
# Each round runs everybody once, one after the other; ratios are taken within a round, and their median is shown. `cat` is
# the floor: it reads and writes, and that is all. `cat | awk` drops sections that are the same text and judges nothing;
# openssl drops nothing and judges nothing. Go and Python do what kkp-oidc does, but for the reasons, if they are there.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${1:-5}
export LC_ALL=C TIMEFORMAT='%U %S %R'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${CARGO_TARGET_DIR:-target}

cargo build --release --quiet --locked -p kkp-oidc-cli --no-default-features >&2
cargo build --release --quiet --locked -p kkp-oidc-core --example ca_bundle_input >&2
bundle=$target/release/kkp-oidc
for len in 10000 100000; do "$target/release/examples/ca_bundle_input" "$len" >"$work/$len.pem"; done
[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$work/Debian.pem"

peers=(product input cat awk openssl)
if command -v go >/dev/null; then
  go build -o "$work/go-peer" benches/peers/ca_bundle.go
  peers+=(go)
fi
if python3 -c 'import cryptography' 2>/dev/null; then peers+=(python); fi

run() { # PEER IN OUT
  case $1 in
    # 1: some of Debian's have expired.
    product) "$bundle" ca bundle "$2" --order sha256 -o "$3" || [ $? = 1 ] ;;
    input) "$bundle" ca bundle "$2" --order input -o "$3" || [ $? = 1 ] ;;
    cat) cat "$2" >"$3" ;;
    awk) cat "$2" | awk '{ s = s $0 "\n" } /-----END/ { if (!(s in seen)) { seen[s]; printf "%s", s } s = "" }' >"$3" ;;
    openssl) openssl crl2pkcs7 -nocrl -certfile "$2" | openssl pkcs7 -print_certs -out "$3" ;;
    go) "$work/go-peer" "$2" "$3" ;;
    python) python3 benches/peers/ca_bundle.py "$2" "$3" ;;
  esac
}

median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

times() { # PEER OTHER: the median of the rounds' ratios
  paste -d' ' "$work/$1.times" "$work/$2.times" | awk '{ print $1 / ($3 > 0 ? $3 : 0.01) }' | median
}

peak() { # PEER IN OUT
  case $1 in
    product | input | go | python) ;;
    *) echo - && return ;;
  esac
  local command=("$bundle" ca bundle "$2" --order sha256 -o "$3")
  [ "$1" != input ] || command=("$bundle" ca bundle "$2" --order input -o "$3")
  [ "$1" != go ] || command=("$work/go-peer" "$2" "$3")
  [ "$1" != python ] || command=(python3 benches/peers/ca_bundle.py "$2" "$3")
  if [ -x /usr/bin/time ]; then
    { /usr/bin/time -f %M "${command[@]}" >/dev/null; } 2>&1 | tail -n 1 | awk '{ printf "%.0f\n", $1 / 1024 }'
  else
    echo -
  fi
}

echo "| input | program | CPU ms | wall ms | peak MiB | CPU, times kkp-oidc | CPU, times cat |"
echo "|---|---|---|---|---|---|---|"
for input in Debian 10000 100000; do
  in=$work/$input.pem
  [ -f "$in" ] || continue
  rm -f "$work"/*.times
  for ((round = 0; round < rounds; round++)); do
    for peer in "${peers[@]}"; do
      # crl2pkcs7 takes time with the square of the length.
      case $input:$peer in 100000:openssl) continue ;; esac
      # A short process is run often, so that its time can be told.
      repeat=1
      [ "$input" != Debian ] || repeat=20
      rm -f "$work"/out*
      { time for ((i = 0; i < repeat; i++)); do run "$peer" "$in" "$work/out$i" >/dev/null 2>&1; done; } 2>&1 |
        awk -v n="$repeat" '{ printf "%.2f %.2f\n", ($1 + $2) * 1000 / n, $3 * 1000 / n }' >>"$work/$peer.times"
      [ "$peer" != product ] || cp "$work/out0" "$work/product.out"
      if [ "$peer" = go ]; then cmp "$work/out0" "$work/product.out"; fi
    done
  done
  for peer in "${peers[@]}"; do
    [ -f "$work/$peer.times" ] || continue
    cpu=$(cut -d' ' -f1 "$work/$peer.times" | median)
    wall=$(cut -d' ' -f2 "$work/$peer.times" | median)
    ratio=$(times "$peer" product)
    floor=$(times "$peer" cat)
    name=${peer/product/kkp-oidc}
    printf '| %s | %s | %.1f | %.1f | %s | %.2f | %.1f |\n' "$input" "${name/input/kkp-oidc, input order}" "$cpu" "$wall" \
      "$(peak "$peer" "$in" "$work/out")" "$ratio" "$floor"
  done
done
