#!/bin/bash
# usage: tests/bare_debian/run.sh [--tutorial] [FOLDER]
# Proves the README on a bare Debian 12: makes one with debootstrap in FOLDER (default: a temporary one, removed at the
# end), clones HEAD of this repository into it, types the README's quick start as it is written, then scripts/test.
# With --tutorial it types docs/writing-a-plugin.md instead of both.
# Needs root, the network, and port 8000 free. The untouched system is kept as a tarball in $COLLET_CACHE (default:
# ~/.cache/collet). Prints how long each part took.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
cache=${COLLET_CACHE:-$HOME/.cache/collet}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
tarball=$cache/debian12.tar

if [[ $(id -u) -ne 0 ]]; then
  echo "making a Debian needs root" >&2
  exit 1
fi

# In a mount and process namespace of our own: whatever happens, no mount and no process is left.
if [[ -z ${COLLET_BARE_DEBIAN-} ]]; then
  COLLET_BARE_DEBIAN=1 exec unshare --mount --pid --fork --kill-child -- "$0" "$@"
fi

timed() {
  local name=$1 start=$SECONDS
  shift
  "$@"
  echo "== $name: $((SECONDS - start)) s"
}

make_tarball() {
  command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y debootstrap >/dev/null
  mkdir -p "$cache"
  local fresh
  fresh=$(mktemp -d "$cache/debian.XXXXXX")
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$fresh" "$mirror" >"$fresh.log" ||
    { tail -20 "$fresh.log" >&2 && return 1; }
  tar -C "$fresh" -cf "$tarball.new" .
  mv "$tarball.new" "$tarball"
  rm -rf "$fresh" "$fresh.log"
}

unpack() {
  tar -C "$debian" -xf "$tarball"
  cp /etc/resolv.conf "$debian/etc/resolv.conf"
  printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s bookworm-security main\n' \
    "$mirror" "$mirror" "${mirror%/debian}/debian-security" >"$debian/etc/apt/sources.list"
  mount -t proc proc "$debian/proc"
  mount -t sysfs -o ro sysfs "$debian/sys"
  mount -t tmpfs -o mode=755 tmpfs "$debian/dev"
  mkdir "$debian/dev/pts" "$debian/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$debian/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$debian/dev/shm"
  ln -s pts/ptmx "$debian/dev/ptmx"
  ln -s /proc/self/fd "$debian/dev/fd"
  local node
  for node in null zero full random urandom tty; do
    touch "$debian/dev/$node"
    mount --bind "/dev/$node" "$debian/dev/$node"
  done
}

clone() {
  git clone -q --no-hardlinks "file://$repository" "$debian/root/collet"
}

# A clean environment, as after a log-in.
inside() {
  chroot "$debian" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
    /bin/bash -c "cd /root/collet && $1"
}

tutorial=
if [[ ${1-} = --tutorial ]]; then
  tutorial=yes
  shift
fi
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
debian=$(mktemp -d "$folder/debian.XXXXXX")
leave() {
  umount -R "$debian/dev" "$debian/sys" "$debian/proc" 2>/dev/null || true
  rm -rf --one-file-system "$folder"
}
[[ $# -gt 0 ]] || trap leave EXIT

[[ -f $tarball ]] || timed "debootstrap" make_tarball
timed "unpack" unpack
timed "clone" clone

if [[ -n $tutorial ]]; then
  "$repository/tests/bare_debian/tutorial.py" "$repository/docs/writing-a-plugin.md" >"$debian/root/tutorial.sh"
  timed "tutorial, from a fresh clone (packages, build, plugin, server)" inside "bash /root/tutorial.sh"
  exit
fi

"$repository/tests/bare_debian/quick_start.py" "$repository/README.md" >"$debian/root/quick_start.sh"
timed "quick start, from a fresh clone (packages, build, start, conversation)" inside "bash /root/quick_start.sh"
timed "scripts/test" inside "scripts/test"
