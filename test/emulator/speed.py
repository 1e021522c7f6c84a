"""The emulator takes a tenth of a second to translate a statement, and ours come again and again, in datasets of other names:
each is translated once."""

import re
from functools import lru_cache

import sqlglot
from bqemulator.sql.translator import SQLTranslator

translate = SQLTranslator.translate
parse_one = sqlglot.parse_one

NAMES = re.compile(r"test_[0-9a-f]{32}")

translations = {}


def mend():
    SQLTranslator.translate = translate_once
    sqlglot.parse_one = parse_one_once


def translate_once(self, bq_sql, *, schema=None, caller=None, **kwargs):
    """The names of datasets of tests (see with-emulator.ts) become numbers, and in the result names again."""
    names = list(dict.fromkeys(NAMES.findall(bq_sql)))
    numbers = {name: f"test_{at:032x}" for at, name in enumerate(names)}
    key = (numbered(bq_sql, numbers), numbered(repr(schema), numbers), repr(caller))
    if key not in translations:
        result = translate(self, bq_sql, schema=schema, caller=caller, **kwargs)
        if result.is_err():
            return result
        translations[key] = result.map(lambda sql: numbered(sql, numbers))
    words = {number: name for name, number in numbers.items()}
    return translations[key].map(lambda sql: numbered(sql, words))


def numbered(text, words):
    return NAMES.sub(lambda match: words.get(match.group(), match.group()), text)


def parse_one_once(sql, read=None, **kwargs):
    """A dozen rules look at a statement, and each parses it for itself."""
    return parse_one(sql, read=read, **kwargs) if kwargs or len(sql) < 200 else kept(sql, read).copy()


@lru_cache(maxsize=64)
def kept(sql, read):
    return parse_one(sql, read=read)
