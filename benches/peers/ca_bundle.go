// What a Go program does in place of `kkp-oidc ca bundle --order sha256`: parse, drop what is expired, write each
// certificate once, sorted by SHA-256. usage: ca_bundle IN OUT
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"os"
	"sort"
	"time"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	rest, err := os.ReadFile(os.Args[1])
	must(err)
	type entry struct {
		sum [32]byte
		der []byte
	}
	now := time.Now()
	seen := map[[32]byte]bool{}
	var entries []entry
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		sum := sha256.Sum256(block.Bytes)
		if block.Type != "CERTIFICATE" || seen[sum] {
			continue
		}
		seen[sum] = true
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !cert.IsCA || now.After(cert.NotAfter) || now.Before(cert.NotBefore) {
			continue
		}
		entries = append(entries, entry{sum, block.Bytes})
	}
	sort.Slice(entries, func(i, j int) bool { return bytes.Compare(entries[i].sum[:], entries[j].sum[:]) < 0 })
	file, err := os.Create(os.Args[2])
	must(err)
	out := bufio.NewWriterSize(file, 1<<16)
	for _, entry := range entries {
		must(pem.Encode(out, &pem.Block{Type: "CERTIFICATE", Bytes: entry.der}))
	}
	must(out.Flush())
	must(file.Close())
}
