"""Scrub two texts, English and Chinese, with what the customer's own row says."""

from privgen.anonymize import Scrubber

scrubber = Scrubber(languages=("en", "zh"), key=bytes(range(32)))  # a real key: privgen.anonymize.load_key
known = {"name": "张伟", "phone": "13800138000", "email": "wei.zhang@example.com"}
texts = [
    "Dear Ann Lee, call me at (212) 555-0199, order number 4839201. I ordered a size 10, 34-26-37.",
    "收货人张伟，电话138 0013 8000，身份证11010519491231002X，张先生喜欢宽松的尺码。",
]
for result in scrubber.scrub_many(texts, known):
    print(result.text, [(span.entity_type, span.start, span.end) for span in result.spans])
