#!/bin/sh
# A git filter for Pulumi.local.yaml. `clean` shows git the committed text in place of the file's, so that a
# user's own values and secrets do not get into commits. `smudge` puts these values back when git writes
# another version of the file (pull, switch). Git runs a copy of this script in its own folder, so that
# commits without this script can be checked out too.
set -eu
file=$2
kept=$(git rev-parse --git-dir)/own-settings
case $1 in
  clean)
    mkdir -p "$kept"
    cat > "$kept/now"
    # A file that is not committed is shown as it is.
    git cat-file blob ":$file" > "$kept/committed" 2> /dev/null || cp "$kept/now" "$kept/committed"
    if cmp -s "$kept/now" "$kept/committed"; then
      rm -f "$kept/own" "$kept/base"
    else
      cp "$kept/committed" "$kept/base"
      cp "$kept/now" "$kept/own"
    fi
    cat "$kept/committed"
    ;;
  smudge)
    if [ -e "$kept/own" ]; then
      cat > "$kept/new"
      # If both changed the same lines, the user's own lines are kept.
      git merge-file -p --ours "$kept/own" "$kept/base" "$kept/new"
    else
      cat
    fi
    ;;
esac
