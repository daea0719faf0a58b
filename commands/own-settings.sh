#!/bin/sh
# A git filter for Pulumi.local.yaml. `clean` shows git the committed text in place of the file's, so that own
# values and secrets get into no commit; `smudge` puts own values back when git writes another version of the
# file (pull, switch). Its copy in the git folder is the one that runs: commits without this file can be
# checked out too.
set -eu
file=$2
kept=$(git rev-parse --git-dir)/own-settings
case $1 in
  clean)
    mkdir -p "$kept"
    cat > "$kept/now"
    # A file that is not committed has nothing to show instead.
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
      # Where both changed the same lines, the own ones count.
      git merge-file -p --ours "$kept/own" "$kept/base" "$kept/new"
    else
      cat
    fi
    ;;
esac
