#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetch, build, compare with the published state, print a mail. From anywhere, also from cron:
#   CITY=dortmund sh /srv/begegnung_geo/docs/how-to/quarterly.sh   (FETCH=no: from the raw files that are there)
set -eu
CITY=${CITY:?"name the city: CITY=dortmund"}
# Cron starts in the home folder, with a short PATH and without a language.
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8 PATH="${PATH:-}:/usr/local/bin:/usr/bin:/bin"
log=build/quarterly-$CITY.log
published=data/published/$CITY
mkdir -p build

tell_failure() {
  printf 'Guten Tag,\n\nder Lauf für %s ist fehlgeschlagen. Der letzte gute Stand ist unverändert.\n\n' "$CITY"
  tail -n 20 "$log"
  printf '\nDas ganze Protokoll: %s\n' "$log"
  exit 1
}

: >"$log"
if [ "${FETCH:-yes}" = yes ]; then make fetch "CITY=$CITY" >>"$log" 2>&1 || tell_failure; fi
make maps "CITY=$CITY" >>"$log" 2>&1 || tell_failure

changes=build/quarterly-$CITY.changes
if [ ! -d "$published" ]; then
  printf 'Es gibt noch keinen veröffentlichten Stand zum Vergleichen (%s).\n' "$published" >"$changes"
elif ! .venv/bin/begegnung-geo compare "$published" "site/$CITY" --language de >"$changes" 2>>"$log"; then
  printf 'Was sich geändert hat, ließ sich nicht feststellen: %s ist nicht zu vergleichen (Protokoll: %s).\n' "$published" "$log" >"$changes"
fi
printf 'Guten Tag,\n\nder neue Stand der Begegnungsorte liegt bereit. Er ist noch nicht veröffentlicht.\n\n'
cat "$changes"
printf '\nBitte prüfen, dann veröffentlichen: site/%s/index.html\n' "$CITY"
printf 'Fehler in Zeilen der Rohdaten: site/%s/downloads/issues.csv\n\n' "$CITY"
printf 'Diese Nachricht wurde automatisch erzeugt.\n'
