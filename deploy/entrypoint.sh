#!/bin/sh
# Start camstrm in a container, hand signals on and reap what is left behind.
#
#   no argument, or options     bridge and grabber, with the first of these that is there:
#                                 $CAMSTRM_CONFIG or /etc/camstrm/camstrm.toml
#                                 $CAMSTRM_CTI (several: separated by ':') or /opt/camstrm/cti/*.cti
#                                 three simulated cameras
#   a command of camstrm        that command, as in: docker run --rm camstrm doctor
set -eu

config=${CAMSTRM_CONFIG:-/etc/camstrm/camstrm.toml}
cti_folder=${CAMSTRM_CTI_FOLDER:-/opt/camstrm/cti}
made=

say() {
    printf 'camstrm: %s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 2
}

# Print a text as a TOML basic string.
toml_string() {
    printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g')"
}

# Add a producer, with all the cameras that it finds, to a configuration made here.
add_producer() {
    case $1 in
        /*) ;;
        *) fail "CAMSTRM_CTI: wanted an absolute path, got $1" ;;
    esac
    if [ ! -r "$1" ]; then
        fail "$1 is not there or not readable for uid $(id -u). Mount the maker's whole folder" \
            "at its own place, as in: -v /opt/MVS:/opt/MVS:ro"
    fi
    [ -n "$made" ] || made=$(mktemp "${TMPDIR:-/tmp}/camstrm.XXXXXX")
    printf '[[producer]]\ncti = %s\n' "$(toml_string "$1")" >>"$made"
    say "cameras of $1"
}

case ${1-} in
    -h | --help | --version) exec camstrm "$@" ;;
    '' | -*) ;;
    *) exec camstrm "$@" ;;
esac

if [ -d "$config" ]; then
    fail "$config is a folder: the file to mount there was not found on the host"
elif [ -e "$config" ] || [ -n "${CAMSTRM_CONFIG-}" ]; then
    [ -z "${CAMSTRM_CTI-}" ] || say "CAMSTRM_CTI is not used: there is $config"
    say "cameras of $config"
    set -- up "$config" "$@"
else
    if [ -n "${CAMSTRM_CTI-}" ]; then
        rest=$CAMSTRM_CTI:
        while [ -n "$rest" ]; do
            cti=${rest%%:*}
            rest=${rest#*:}
            [ -z "$cti" ] || add_producer "$cti"
        done
    else
        for cti in "$cti_folder"/*.cti; do
            [ ! -e "$cti" ] || add_producer "$cti"
        done
    fi
    if [ -n "$made" ]; then
        set -- up "$made" "$@"
    else
        say "three simulated cameras; for real ones mount $config, or set CAMSTRM_CTI"
        set -- demo --host 0.0.0.0 "$@"
    fi
fi

# Not exec: as process 1 the shell reaps what a killed grabber leaves behind, and Python would not.
child=
stopping=
forwarded=
interrupted=
stop() {
    stopping=yes
    interrupted=yes
    if [ -n "$child" ]; then
        forwarded=yes
        kill -TERM "$child" 2>/dev/null || :
    fi
}
# camstrm reads its configuration again: docker kill --signal HUP CONTAINER
# shellcheck disable=SC2317
reload() {
    interrupted=yes
    [ -z "$child" ] || kill -HUP "$child" 2>/dev/null || :
}
trap stop TERM INT
trap reload HUP
camstrm "$@" &
child=$!
# Once is enough: a second signal may meet Python at its end and change the exit code.
[ -z "$stopping" ] || [ -n "$forwarded" ] || stop
code=0
while :; do
    interrupted=
    status=0
    wait "$child" || status=$?
    # 127: nothing is left to wait for, the turn before had the exit code.
    [ "$status" = 127 ] || code=$status
    # A trapped signal ends the wait too, with a code of its own, whether or not the child is there.
    [ -n "$interrupted" ] || break
done
[ -z "$made" ] || rm -f "$made"
exit "$code"
