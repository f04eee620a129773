"""The privgen command: one sub-command per stage over one run folder.

Exit codes: 0 done, 1 the data or the run is at fault (one line), 2 usage.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from privgen.cli_anonymize import erase, recognizers, risk, scrub
from privgen.cli_ledger import ledger_app
from privgen.cli_options import DEFAULT_RUN, Config, Json, Locale, Model, Run, run_one
from privgen.cli_pipe import ended_by_closed_pipes
from privgen.cli_show import errors_as_lines, progress_bar

app = typer.Typer(
    name="privgen",
    help="Personalised shop pages in your customers' words: scrubbed, federated, private, explained.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Only = Annotated[int | None, typer.Option(help="Keep the N busiest merchants of the export.", min=1)]
app.add_typer(ledger_app)


@app.callback(invoke_without_command=True)
def main_options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Print the version."""
    if version:
        from privgen import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def demo(
    run: Run = DEFAULT_RUN,
    locale: Locale = None,
    model: Model = None,
    generator: Annotated[str | None, typer.Option(help="hf or template.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Federated rounds.", min=1)] = None,
    target_epsilon: Annotated[float | None, typer.Option(help="Budget per merchant.")] = None,
    customers: Annotated[int | None, typer.Option(help="Mean customers per merchant.", min=1)] = None,
    merchants: Annotated[int | None, typer.Option(help="Number of merchants.", min=1)] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Do the whole job on a synthetic marketplace: ingest, scrub, train, generate, explain, report."""
    flags = {
        "synthetic": {"locale": locale, "customers": customers, "merchants": merchants},
        "train": {"rounds": rounds, "target_epsilon": target_epsilon},
        "generate": {"generator": generator},
        "model": model,
    }
    with errors_as_lines(json):
        from privgen.cli_demo import run_demo

        run_demo(run, config, flags, json)


@app.command()
def ingest(
    source: Annotated[Path | None, typer.Argument(help="Folder of the merchant's export.")] = None,
    run: Annotated[Path, typer.Option(help="Run folder.")] = DEFAULT_RUN,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML that maps the export to privgen's tables.")
    ] = None,
    only: Only = None,
    synthetic: Annotated[bool, typer.Option("--synthetic", help="Write a synthetic marketplace.")] = False,
    locale: Locale = None,
    merchants: Annotated[int | None, typer.Option(help="Synthetic: merchants.", min=1)] = None,
    customers: Annotated[int | None, typer.Option(help="Synthetic: mean customers each.", min=1)] = None,
    products: Annotated[int | None, typer.Option(help="Synthetic: products each.", min=1)] = None,
    seed: Annotated[int | None, typer.Option(help="Synthetic: seed.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Map a merchant's own export to silos, or write a synthetic marketplace."""
    if synthetic == (source is not None) or (source is not None and mapping is None):
        raise typer.BadParameter("give either --synthetic, or a source folder with --mapping")
    sizes = {"locale": locale, "merchants": merchants, "customers": customers, "products": products}
    flags = {"synthetic": sizes | {"seed": seed}}
    run_one("ingest", run, config, flags, json, source=source, mapping=mapping, only=only)


for command in (scrub, erase, risk, recognizers):
    app.command()(command)


@app.command()
def train(
    run: Run = DEFAULT_RUN,
    target_epsilon: Annotated[
        float | None, typer.Option(help="Budget per merchant, over all rounds.")
    ] = None,
    delta: Annotated[float | None, typer.Option(help="Delta of the guarantee.")] = None,
    rounds: Annotated[int | None, typer.Option(help="Federated rounds.", min=1)] = None,
    sample_rate: Annotated[float | None, typer.Option(help="Poisson rate of a customer per step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Default by the number of silos.")] = None,
    clipping: Annotated[str | None, typer.Option(help="flat, automatic or adaptive.")] = None,
    clip_quantile: Annotated[
        float | None, typer.Option(help="Adaptive clipping: quantile that the bound follows.")
    ] = None,
    noise: Annotated[str | None, typer.Option(help="independent, or banded: no trust in sampling.")] = None,
    bands: Annotated[
        int | None, typer.Option(help="Banded noise: steps between two turns of a customer.", min=2)
    ] = None,
    holdout: Annotated[
        float | None, typer.Option(help="Share of customers whose noised loss chooses the round.")
    ] = None,
    validation_share: Annotated[
        float | None, typer.Option(help="With --holdout: its share of the budget.")
    ] = None,
    min_customers: Annotated[
        int | None, typer.Option(help="Refuse silos with fewer customers.", min=1)
    ] = None,
    skip_small: Annotated[bool | None, typer.Option("--skip-small", help="Leave such silos out.")] = None,
    adapter: Annotated[str | None, typer.Option(help="lora, or full for all weights.")] = None,
    engine: Annotated[str | None, typer.Option(help="inprocess or ray.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that train silos.", min=1)] = None,
    gpus_per_client: Annotated[float | None, typer.Option(help="Ray: share of a GPU per silo.")] = None,
    aggregation: Annotated[str | None, typer.Option(help="frozen, alternating or exact.")] = None,
    strategy: Annotated[str | None, typer.Option(help="fedavg, fedadam or fedprox.")] = None,
    proximal_mu: Annotated[float | None, typer.Option(help="With fedprox: its pull.")] = None,
    silos_per_round: Annotated[
        int | None, typer.Option(help="Silos a round asks (default: all).", min=1)
    ] = None,
    deadline: Annotated[float | None, typer.Option(help="Seconds a silo has for a round.")] = None,
    validation: Annotated[
        str | None, typer.Option(help="Public training records (JSONL) that choose the best round.")
    ] = None,
    ledger_dir: Annotated[str | None, typer.Option(help="Folder of ledgers that span runs.")] = None,
    unsafe_seed: Annotated[int | None, typer.Option(help="Fix the noise; stamps everything UNSAFE.")] = None,
    model: Model = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Fine-tune across the silos: federated, under customer-level differential privacy."""
    flags = {
        "target_epsilon": target_epsilon,
        "delta": delta,
        "rounds": rounds,
        "sample_rate": sample_rate,
        "learning_rate": learning_rate,
        "clipping": clipping,
        "clip_quantile": clip_quantile,
        "noise": noise,
        "bands": bands,
        "holdout": holdout,
        "validation_share": validation_share,
        "min_customers": min_customers,
        "skip_small": skip_small,
        "adapter": adapter,
        "engine": engine,
        "workers": workers,
        "gpus_per_client": gpus_per_client,
        "aggregation": aggregation,
        "strategy": strategy,
        "proximal_mu": proximal_mu,
        "silos_per_round": silos_per_round,
        "deadline": deadline,
        "validation": validation,
        "ledger_dir": ledger_dir,
        "seed": unsafe_seed,
    }
    run_one("train", run, config, {"train": flags, "model": model}, json)


@app.command()
def generate(
    run: Run = DEFAULT_RUN,
    customer: Annotated[str | None, typer.Option(help="Pseudonym of one customer.")] = None,
    product: Annotated[str | None, typer.Option(help="Product of every page.")] = None,
    pages: Annotated[int | None, typer.Option(help="Pages per merchant.", min=1)] = None,
    generator: Annotated[str | None, typer.Option(help="hf or template.")] = None,
    model: Model = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write the five sections of a page for consenting customers."""
    flags = {"generate": {"pages_per_merchant": pages, "generator": generator}, "model": model}
    run_one("generate", run, config, flags, json, customer_id=customer, product_id=product)


@app.command()
def explain(
    run: Run = DEFAULT_RUN,
    method: Annotated[str | None, typer.Option(help="exact, or another method; see the README.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Then show why a page says what it says.")] = False,
    page: Annotated[str | None, typer.Option(help="With --why: which page (default: the first).")] = None,
    lang: Annotated[
        str | None, typer.Option(help="With --why: en or zh (default: the language of the page).")
    ] = None,
    selftest: Annotated[
        bool, typer.Option("--selftest", help="Check explanations on a model whose truth is known; no run.")
    ] = False,
    model: Model = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say for every sentence which signals drove it, and how far that can be trusted."""
    if lang not in (None, "en", "zh"):
        raise typer.BadParameter("--lang is en or zh")
    if not why and (page or lang):
        raise typer.BadParameter("--page and --lang go with --why")
    if selftest:
        with errors_as_lines(json):
            from privgen.cli_explain import run_selftest

            run_selftest(json)
        return
    flags = {"explain": {"method": method}, "model": model}
    if not why:
        run_one("explain", run, config, flags, json)
        return
    with errors_as_lines(json):
        from privgen.cli_explain import show_why
        from privgen.pipeline import run_stage

        with progress_bar("explain", quiet=json) as progress:
            run_stage("explain", run, config, flags, {}, progress)
        show_why(run, page, lang, json)


@app.command()
def hide(
    page: Annotated[str, typer.Option(help="Page that uses the signal; see privgen explain RUN --why.")],
    signal: Annotated[str, typer.Option(help="Signal of that page.")],
    run: Run = DEFAULT_RUN,
    text: Annotated[
        str | None, typer.Option("--correct", help="Do not hide it: let it say this instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Hide a signal from the pages of its customer, or correct it; the next page follows.

    RUN is the run folder; run privgen generate RUN for the next page.
    """
    with errors_as_lines(json):
        from privgen.cli_explain import run_wish

        run_wish(run, page, signal, text, json)


@app.command()
def report(
    run: Run = DEFAULT_RUN,
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every file and count every figure again; write nothing.")
    ] = False,
    public_key: Annotated[
        Path | None, typer.Option(help="With --verify: PEM file of the key that must have signed.")
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(help="Sign report.json with this Ed25519 key (PEM, mode 0600).")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option(help="Say what changed from the report of this other run; write nothing.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Answer an access request: customer id, or its pseudonym.")
    ] = None,
    merchant: Annotated[str | None, typer.Option(help="With --customer: only at this merchant.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="With --customer: folder of the answer; with --diff: an HTML file.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the compliance report, or verify, compare or sign one, or answer one person.

    privgen report RUN: RUN/report with index.html, report.json and details; --sign KEY signs it.

    privgen report --verify RUN: fail if one byte of one file differs, or a figure comes out otherwise.

    privgen report RUN --diff OTHER: what changed from OTHER to RUN.

    privgen report RUN --customer ID: what is held on one person, what was inferred, trained and shown.
    """
    if sum((verify, diff is not None, customer is not None, sign is not None)) > 1:
        raise typer.BadParameter("give one of --verify, --diff, --customer and --sign")
    if (public_key and not verify) or (merchant and customer is None):
        raise typer.BadParameter("--public-key needs --verify, --merchant needs --customer")
    if out is not None and diff is None and customer is None:
        raise typer.BadParameter("--out needs --customer or --diff")
    if not (verify or diff or customer):
        run_one("report", run, None, {}, json, language=lang, sign=sign)
        return
    with errors_as_lines(json):
        from privgen import cli_report

        if verify:
            cli_report.run_verify(run, public_key, json)
        elif diff is not None:
            cli_report.run_diff(run, diff, out, lang, json)
        elif customer is not None:
            cli_report.run_customer(run, customer, merchant, out, json)


def main() -> None:
    """Entry point."""
    warnings.simplefilter("ignore", FutureWarning)  # of libraries, to their programmers
    with ended_by_closed_pipes():
        app()


if __name__ == "__main__":
    main()
