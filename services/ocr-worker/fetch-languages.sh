# Puts tesseract's data for languages such as "eng+cym" into a folder. It comes from Debian's packages, which
# contain the fast models. Usage: sh fetch-languages.sh <languages> <folder>
set -eu
languages=$1 folder=$2

fail() {
  echo "$1" >&2
  exit 1
}

[ -n "$languages" ] || fail "The worker needs its languages: --build-arg OCR_LANGUAGES=eng"
command -v apt-get > /dev/null ||
  fail "nodeImage has no apt-get, which installs the language data: choose a Debian-based image"
apt-get update -o APT::Update::Error-Mode=any ||
  fail "Debian's packages, which contain the language data, cannot be reached"
scratch=$(mktemp -d)
cd "$scratch"
for language in $(echo "$languages" | tr + ' '); do
  package=tesseract-ocr-$(echo "$language" | tr _ -)
  apt-cache show "$package" > /dev/null 2>&1 ||
    fail "ocrLanguages names $language, but Debian has no package $package: \
set languages that it has, such as eng or eng+cym"
  apt-get download -o APT::Sandbox::User=root "$package"
  dpkg-deb --extract "$package"_*.deb data
  mv data/usr/share/tesseract-ocr/*/tessdata/"$language".traineddata "$folder"
done
rm -rf "$scratch" /var/lib/apt/lists/*
