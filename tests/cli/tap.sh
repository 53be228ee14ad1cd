# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the tests of this folder share: an empty directory to work in, $kuseg and perhaps $guest from
# the arguments, and TAP. Sourced; ends with finish.
set -u
# shellcheck disable=SC2034
kuseg=$(realpath "$1")
# shellcheck disable=SC2034
guest=${2:+$(realpath "$2")}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 2
n=0

# Runs a command with no input: $status, $out, $err.
run() {
    timeout 20 "$@" >out 2>err </dev/null
    status=$?
    out=$(cat out)
    err=$(cat err)
}

result() { # CASE WHAT-IS-WRONG
    n=$((n + 1))
    if [ -z "$2" ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        printf '%s\n' "$2" "status $status" "stdout: $out" "stderr: $err" | sed 's/^/# /'
    fi
}

# The last run ended with a status, and printed a text on one of the two, nothing on the other.
expect() { # CASE STATUS out|err TEXT
    local wrong='' said=$out silent=$err
    [ "$3" = err ] && said=$err silent=$out
    [ "$status" -eq "$2" ] || wrong="expected status $2"
    case $said in
    *"$4"*) ;;
    *) wrong="$wrong; expected on std$3: $4" ;;
    esac
    [ -z "$silent" ] || wrong="$wrong; expected nothing on the other stream"
    result "$1" "$wrong"
}

# The whole of both streams, and the status.
exact() { # CASE STATUS STDOUT STDERR COMMAND...
    local name=$1 want=$2 out_want=$3 err_want=$4 wrong=''
    shift 4
    run "$@"
    [ "$status" -eq "$want" ] || wrong="expected status $want"
    [ "$out" = "$out_want" ] || wrong="$wrong; expected on stdout: $out_want"
    [ "$err" = "$err_want" ] || wrong="$wrong; expected on stderr: $err_want"
    result "$name" "$wrong"
}

# A condition about what the last run left behind.
left() { # CASE COMMAND...
    local name=$1
    shift
    "$@" && result "$name" '' || result "$name" "false: $*"
}

refuse() { # CASE TEXT COMMAND...: exit code 2, words on standard error only
    local name=$1 text=$2
    shift 2
    run "$@"
    expect "$name" 2 err "$text"
}

finish() {
    echo "1..$n"
}
