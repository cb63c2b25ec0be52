#!/bin/sh
# Asks an access token of Sluis for a program, by private_key_jwt (RFC 7523), with nothing but openssl and curl.
#
#   examples/supplier/token.sh key                             makes program.pem, and program.jwks.json to register
#   examples/supplier/token.sh token ISSUER CLIENT [SCHOOL [PURPOSE]]
#                                                              prints a token, bound to a school and a purpose if given
set -eu

binary() { for byte in $(sed 's/../& /g'); do printf "\\$(printf '%03o' "0x$byte")"; done; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

case "${1:-}" in
key)
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out program.pem
    modulus=$(openssl rsa -in program.pem -noout -modulus | sed 's/^Modulus=//')
    n=$(printf '%s' "$modulus" | binary | base64url)
    printf '{"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"one","n":"%s","e":"AQAB"}]}\n' "$n" > program.jwks.json
    ;;
token)
    [ $# -ge 3 ] || exec "$0"
    issuer=$2 client=$3 now=$(date +%s)
    header=$(printf '{"alg":"RS256","typ":"JWT","kid":"one"}' | base64url)
    claims=$(printf '{"iss":"%s","sub":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s"}' \
        "$client" "$client" "$issuer" "$now" "$((now + 60))" "$(openssl rand -hex 16)" | base64url)
    signature=$(printf '%s.%s' "$header" "$claims" | openssl dgst -sha256 -sign program.pem -binary | base64url)
    purpose=${5:+",\"purpose\":\"$5\""}
    bound=${4:+"authorization_details=[{\"type\":\"sluis\",\"school\":\"$4\"$purpose}]"}
    # The assertion goes in by standard input, where the list of processes does not show it.
    answer=$(printf '%s' "$header.$claims.$signature" | curl -sS "$issuer/oidc/token" \
        --data-urlencode grant_type=client_credentials \
        --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
        --data-urlencode client_assertion@- \
        ${bound:+--data-urlencode "$bound"})
    token=$(printf '%s' "$answer" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
    if [ -z "$token" ]; then
        printf '%s\n' "$answer" >&2
        exit 1
    fi
    printf '%s\n' "$token"
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
