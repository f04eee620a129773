"""A model behind an OpenAI-compatible endpoint: a real local server with a tiny real model behind it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
import torch
from explain_models import CharTokenizer, generator, prompt, tiny

from privgen.errors import ExplainError
from privgen.explain.absence import Absence, Removal
from privgen.explain.attribution import explain, game_for
from privgen.explain.endpoint import Endpoint
from privgen.explain.game import all_coalitions
from privgen.explain.target import Target

CANARY = "canary 4111"
WHOLE = prompt("red shoes", CANARY, "size 9")
SENTENCES = ["Warm red.", "Fits well."]


class Completions(BaseHTTPRequestHandler):
    """`POST /v1/completions` with echo and logprobs, as vLLM answers it; the server says what goes wrong."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, self.headers.get("Authorization"), asked))
        if self.server.failures:
            self.send_error(self.server.failures.pop())
            return
        if self.server.redirect:
            self.send_response(self.server.redirect[0])
            self.send_header("Location", f"{self.server.redirect[1]}/completions")
            self.end_headers()
            return
        choices = [self._choice(index, one) for index, one in enumerate(asked["prompt"])]
        body = self.server.broken or json.dumps({"choices": choices[::-1]}).encode()  # in any order
        self.send_response(200)
        if self.server.length:
            self.send_header("Content-Length", str(self.server.length))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """What a redirected POST becomes."""
        self.server.got.append((self.path, self.headers.get("Authorization")))
        self.send_error(404)

    def _choice(self, index: int, asked: Any) -> dict[str, Any]:
        ids = CharTokenizer().encode(asked) if isinstance(asked, str) else asked
        with torch.inference_mode():
            scores = self.server.model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
        echoed = [None, *(float(scores[place - 1, ids[place]]) for place in range(1, len(ids)))]
        new = int(scores[-1].argmax())
        logprobs = {
            "tokens": [str(i) for i in [*ids, new]],
            "token_logprobs": [*echoed, float(scores[-1, new])],
            "text_offset": list(range(len(ids) + 1)),
        }
        return {"index": index, "text": "", "logprobs": logprobs}

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[tuple[str, Any]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Completions)
    server.model, server.requests, server.failures, server.broken = tiny("llama"), [], [], b""
    server.redirect, server.length, server.got = None, 0, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("tokenizer", [None, CharTokenizer()])
@pytest.mark.parametrize("absence", [Absence(), Absence(removal=Removal.BASELINE)])
def test_the_endpoint_gives_what_the_model_gives(tokenizer: Any, absence: Absence) -> None:
    local = explain(generator("llama"), WHOLE, SENTENCES, absence=absence)
    with served() as (url, server):
        endpoint = Endpoint(url=url, model="tiny", tokenizer=tokenizer, api_key="key", batch_rows=5)
        remote = explain(endpoint, WHOLE, SENTENCES, absence=absence)
        assert np.abs(remote.scores - local.scores).max() < 1e-4
        assert np.abs(remote.values_full - local.values_full).max() < 1e-4
        assert remote.completeness_error <= 1e-6
        assert remote.removal == absence.removal.value
        assert remote.forward_passes == len(server.requests)
        path, key, asked = server.requests[0]
        assert (path, key, asked["model"]) == ("/v1/completions", "Bearer key", "tiny")
        assert asked["echo"] and len(asked["prompt"]) <= 5
        assert isinstance(asked["prompt"][0], str if tokenizer is None else list)


def test_tokens_over_a_sentence_border_count_for_the_later_sentence() -> None:
    from privgen.explain.endpoint import _places

    # prompt ends at 10, sentences at 14 and 20; tokens start at 0, 8 (over the border), 13 (over), 15, 20
    assert _places({"text_offset": [0, 8, 13, 15, 20]}, [10, 14, 20]) == [(1, 2), (2, 4)]


def test_a_busy_server_is_asked_again_and_errors_hold_nothing_that_was_sent() -> None:
    with served() as (url, server):
        endpoint = Endpoint(url=url, model="tiny", api_key="secret")
        game = game_for(endpoint, WHOLE, Target((0, 1), ((0, 1), (1, 2)), tuple(SENTENCES)))
        server.failures = [503]
        assert game.score(all_coalitions(3)).shape == (8, 2)
        said = []
        for failures, broken in (([401], b""), ([], b"<html>"), ([], b'{"choices": []}'), ([], b"[1]")):
            server.failures, server.broken = failures, broken
            with pytest.raises(ExplainError, match="endpoint: ") as caught:
                game.score(all_coalitions(3)[:1])
            said.append(str(caught.value))
        choice = {"index": 0, "logprobs": {"token_logprobs": [None, -1.0], "text_offset": [0, 1]}}
        server.broken = json.dumps({"choices": [choice]}).encode()
        with pytest.raises(ExplainError, match="fewer log-probabilities than tokens") as caught:
            game_for(
                Endpoint(url=url, model="tiny", tokenizer=CharTokenizer()),
                WHOLE,
                Target.encode(SENTENCES, CharTokenizer()),
            ).score(all_coalitions(3)[:1])
        said.append(str(caught.value))
    assert "status 401" in said[0] and "not JSON" in said[1]
    assert not any(word in text for text in [*said, repr(endpoint)] for word in (CANARY, "secret", "\n"))


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "127.0.0.1:80", "http://[secret", "http://host:secret"),
        *("http://me:secret@host/v1", "http://secret@host/v1", "http://:secret@host", "http://host@"),
        *("http://host/v1?k=secret", "http://host/v1?", "http://host?secret", "http://host/v1#secret"),
    ],
)
def test_other_addresses_and_those_with_a_key_are_refused(url: str) -> None:
    with pytest.raises(ExplainError, match="wanted an http or https address") as caught:
        Endpoint(url=url, model="m")
    assert "secret" not in str(caught.value) and caught.value.__context__ is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_nothing_goes_to_the_other_host(status: int) -> None:
    with served() as (other, elsewhere), served() as (url, server):
        server.redirect = (status, other.replace("127.0.0.1", "localhost"))
        with pytest.raises(ExplainError, match=f"endpoint: status {status} from 127") as caught:
            Endpoint(url=url, model="tiny", api_key="secret").prompt_log_probs([CANARY])
        assert len(server.requests) == 1 and elsewhere.requests == elsewhere.got == []
    assert not any(word in str(caught.value) for word in ("secret", CANARY, "localhost", "\n"))


def test_a_reply_that_is_cut_short_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privgen.explain.endpoint._TRIES", 2)
    with served() as (url, server):
        server.broken, server.length = f'{{"choices": "{CANARY}'.encode(), 9999
        with pytest.raises(ExplainError, match="endpoint: IncompleteRead from") as caught:
            Endpoint(url=url, model="tiny", api_key="secret").prompt_log_probs([CANARY])
        assert len(server.requests) == 2  # as after a lost connection
    assert not any(word in str(caught.value) for word in ("secret", CANARY, "\n"))
