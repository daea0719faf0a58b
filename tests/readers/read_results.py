"""Prints the words by page that lxml and csv find in a folder's `result.*`. Fails for invalid ALTO."""

import csv
import json
import re
import sys

from lxml import etree, html

folder, schema = sys.argv[1:]


def alto():
    document = etree.parse(f"{folder}/result.alto.xml")
    etree.XMLSchema(etree.parse(schema)).assertValid(document)
    namespaces = {"alto": "http://www.loc.gov/standards/alto/ns-v4#"}
    for page in document.iterfind(".//alto:Page", namespaces):
        strings = page.iterfind(".//alto:String", namespaces)
        yield page.get("PHYSICAL_IMG_NR"), [(s.get("CONTENT"), box(s.attrib), s.get("WC")) for s in strings]


def box(attributes):
    left, top, width, height = (int(attributes[name]) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return [left, top, left + width, top + height]


def hocr():
    document = html.parse(f"{folder}/result.hocr", html.HTMLParser(encoding="utf-8"))
    for page in document.iterfind(".//div[@class='ocr_page']"):
        words = page.iterfind(".//span[@class='ocrx_word']")
        number = int(re.search(r"ppageno (\d+)", page.get("title"))[1]) + 1
        yield number, [(word.text_content(), *of_title(word.get("title"))) for word in words]


def of_title(title):
    form = r"bbox (\d+) (\d+) (\d+) (\d+)(?:; x_wconf (\d+))?(?:; x_reader \w+)?"
    *corners, confidence = re.fullmatch(form, title).groups()
    return [int(corner) for corner in corners], confidence


def tsv():
    pages = {}
    with open(f"{folder}/result.tsv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True):
            words = pages.setdefault(row["page_num"], [])
            left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
            if row["level"] == "5":
                words.append((row["text"], [left, top, left + width, top + height], row["conf"]))
    return pages.items()


print(json.dumps({read.__name__: {str(page): words for page, words in read()} for read in (alto, hocr, tsv)}))
