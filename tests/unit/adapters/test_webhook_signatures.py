"""Signatures as Standard Webhooks publish them, and secrets that are being replaced."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.adapters.webhook.signatures import Keys

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
MESSAGE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""The test vector that the libraries of Standard Webhooks share; worked out by others."""

NAME, STAMP, BODY = MESSAGE[0], str(MESSAGE[1]), MESSAGE[2]


def test_a_message_is_signed_as_the_published_vector_says() -> None:
    assert Keys.read([SECRET]).sign(*MESSAGE) == PUBLISHED


def test_the_published_vector_is_accepted() -> None:
    assert Keys.read([SECRET]).has_signed(NAME, STAMP, BODY, PUBLISHED)


def test_while_a_secret_is_replaced_both_sign_and_either_is_accepted() -> None:
    both, old, new = Keys.read([OTHER, SECRET]), Keys.read([SECRET]), Keys.read([OTHER])
    signed = both.sign(*MESSAGE)
    assert signed == f"{new.sign(*MESSAGE)} {PUBLISHED}"
    for keys in (old, new, both):
        assert keys.has_signed(NAME, STAMP, BODY, signed)
    for keys in (old, new):
        assert both.has_signed(NAME, STAMP, BODY, keys.sign(*MESSAGE))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "v1",
        "v1,",
        PUBLISHED.removeprefix("v1,"),
        PUBLISHED.replace("v1,", "v2,"),
        PUBLISHED.replace("v1,", "v1a,"),
        PUBLISHED[:-1],
        PUBLISHED + "=",
        PUBLISHED.lower(),
        "v1,签名",
        "v1,\ud800",
        Keys.read([OTHER]).sign(*MESSAGE),
        " ".join(["v1,AAAA"] * 16 + [PUBLISHED]),
    ],
)
def test_what_is_no_signature_by_the_secret_is_refused(given: str) -> None:
    assert not Keys.read([SECRET]).has_signed(NAME, STAMP, BODY, given)


@pytest.mark.parametrize(
    ("name", "stamp", "body"),
    [
        (NAME + "x", STAMP, BODY),
        (NAME, "1614265331", BODY),
        (NAME, "01614265330", BODY),
        (NAME, STAMP, BODY + b" "),
        (NAME, STAMP, BODY[:-1]),
    ],
)
def test_a_signature_holds_for_that_id_that_time_and_that_body_alone(
    name: str, stamp: str, body: bytes
) -> None:
    assert not Keys.read([SECRET]).has_signed(name, stamp, body, PUBLISHED)


@given(
    st.binary(min_size=24, max_size=64), st.text("abc~:-%", min_size=1), st.integers(0, 10**10), st.binary()
)
def test_what_was_signed_is_accepted_and_nothing_with_one_bit_changed(
    key: bytes, name: str, stamp: int, body: bytes
) -> None:
    keys = Keys.read([f"whsec_{base64.b64encode(key).decode()}"])
    signed = keys.sign(name, stamp, body)
    assert keys.has_signed(name, str(stamp), body, signed)
    raw = bytearray(base64.b64decode(signed.removeprefix("v1,")))
    raw[stamp % 32] ^= 1 << (len(body) % 8)
    assert not keys.has_signed(name, str(stamp), body, f"v1,{base64.b64encode(raw).decode()}")


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_short",
        f"whsec_{base64.b64encode(bytes(23)).decode()}",
        f"whsec_{base64.b64encode(bytes(65)).decode()}",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        "whsec_密钥",
        "v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ],
)
def test_a_secret_that_is_none_is_told_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="secret 2 is not whsec_ and 24 to 64 bytes in Base64") as caught:
        Keys.read([SECRET, secret])
    assert len(secret) < 8 or secret not in str(caught.value)


def test_there_must_be_several_secrets_or_one_in_a_list() -> None:
    with pytest.raises(TypeError, match="several texts"):
        Keys.read(SECRET)
    with pytest.raises(TypeError, match="several texts"):
        Keys.read([SECRET.encode()])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="needs a secret"):
        Keys.read([])


def test_nothing_prints_a_secret() -> None:
    keys = Keys.read([SECRET])
    assert repr(keys) == "Keys()"
