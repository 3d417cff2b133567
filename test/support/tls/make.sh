#!/usr/bin/env bash
# Makes the certificates of this folder anew: throwaway, trusted by nobody but the tests, with keys for all to see.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index"

# certificate NAME EXTENSIONS SIGNER [LAST_DAY]: NAME.pem and NAME.key.pem; signed by SIGNER, or by itself when that is NAME.
certificate() {
  openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key.pem"
  openssl req -new -key "$1.key.pem" -subj "/CN=Rollcall test $1" -out "$work/$1.csr"
  cat > "$work/openssl.cnf" <<CONFIG
[ca]
default_ca = tests
[tests]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[extensions]
$2
CONFIG
  local signer=(-cert "$3.pem" -keyfile "$3.key.pem")
  [ "$1" != "$3" ] || signer=(-selfsign -keyfile "$1.key.pem")
  openssl ca -batch -notext -config "$work/openssl.cnf" -extensions extensions "${signer[@]}" \
    -in "$work/$1.csr" -out "$1.pem" -startdate 20200101000000Z -enddate "${4:-21200101000000Z}"
}

authority=$'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash'
leaf=$'basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\n'
server="${leaf}extendedKeyUsage = serverAuth"$'\n'
here="subjectAltName = DNS:localhost,IP:127.0.0.1"

certificate ca "$authority" ca
certificate good "$server$here" ca
certificate wrong-name "${server}subjectAltName = DNS:elsewhere.example" ca
certificate expired "$server$here" ca 20210101000000Z
certificate client-ca "$authority" client-ca
certificate client "${leaf}extendedKeyUsage = clientAuth"$'\n'"subjectAltName = DNS:rollcall.test" client-ca
# The authorities sign nothing after this.
rm ca.key.pem client-ca.key.pem
chmod 644 ./*.pem
