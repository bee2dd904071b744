#!/bin/sh
# A metric plugin in a few lines of shell: how many lines of a file hold a word.
#
#   provider:
#     plugin:
#       acme/loglines: {"file": "/var/log/shop.log", "word": "ERROR"}
#   successCondition: result < 5
#
# The value goes through the metric's conditions. Names and words here are without quotes and backslashes; a plugin that
# takes others needs a reader of JSON, such as jq.

read -r request
field() { printf '%s\n' "$request" | sed -n 's/.*"'"$1"'":"\([^"\\]*\)".*/\1/p'; }

case "$(field verb)" in
run) ;;
*)
  echo '{"version":1}'
  exit 0
  ;;
esac

file=$(field file)
if [ ! -r "$file" ]; then
  echo "cannot read $file" >&2
  echo '{"version":1,"error":"the file cannot be read"}'
  exit 0
fi
printf '{"version":1,"value":%s}\n' "$(grep -c -F -e "$(field word)" "$file")"
