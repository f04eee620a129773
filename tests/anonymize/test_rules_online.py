"""Handles, passwords, places, wallets, parcels: what stands for a person online, and what only looks so."""

import pytest
from marked import names_of_marked

CASES = (
    ("GEO_COORDINATES", "I am at {40.712776, -74.005974}"),
    ("URL", "see {https://shop.example.com/u/ann?id=5}"),
    ("SOCIAL_HANDLE", "follow me on instagram {@ann.lee_99}"),
    ("SOCIAL_HANDLE", "my telegram is {@annlee99}"),
    ("SOCIAL_HANDLE", "twitter: {ann_lee99}"),
    ("SOCIAL_HANDLE", "find me on reddit {u/ann_lee99}"),
    ("USER_NAME", "login: {annlee99}"),
    ("PASSWORD", "password: {Tr0ub4dor&3}"),
    ("CRYPTO", "send it to {0x52908400098527886E0F7030069857D2E4169EE7}"),
    ("WECHAT_ID", "我的微信是{lucky_2024}"),
    ("WECHAT_ID", "加v：{wxid_abc123}"),
    ("USER_NAME", "用户名：{annlee99}"),
    ("PASSWORD", "密码：{Abc123456}"),
    ("COUPON_CODE", "优惠码：{SAVE20NOW}"),
    ("ORDER_NUMBER", "amazon order {113-1234567-1234567}"),
    ("TRACKING_NUMBER", "parcel {RR123456785GB}"),
    ("TRACKING_NUMBER", "it says {420941079400111899223197428490}"),
    ("COUPON_CODE", "code {SAVE20NOW} for 20% off"),
    ("PHONE_NUMBER", "客服{400-820-8820}"),
)
CLEAN = (
    "follow the instructions",
    "the username field is empty",
    "I forgot my password",
    "@ 20 dollars each",
    "version 40.71 of the app",
    "0x1F is a number",
    "微信支付很方便",
    "密码锁很好用",
    "优惠码用不了",
    "use the coupon",
)


@pytest.mark.parametrize(("entity_type", "text"), CASES)
def test_the_value_is_found_and_named(scrubber, entity_type, text):
    assert entity_type in names_of_marked(scrubber, text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_it_stays(scrubber, text):
    assert scrubber.find(text) == ()
