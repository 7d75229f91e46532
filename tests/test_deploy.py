"""What is deployed agrees with the code: settings, metrics, probes, ports."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from cli.main import group
from domain.capture import Capture
from domain.verdict import Verdict
from pipeline.pipeline import Options, Pipeline
from pipeline.settings import PipelineSettings
from serving.http_access import PUBLIC, scopes
from serving.http_api import make_app
from serving.service import ScoringService
from serving.settings import ServingSettings

KUBERNETES = "1.34"
RULE = {"alert", "expr", "for", "keep_firing_for", "labels", "annotations"}
DEPLOY = Path(__file__).parents[1] / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.suffix in {".yaml", ".json"} and "secrets" not in path.parts)


@pytest.fixture(scope="module")
def service(pipeline: Pipeline) -> ScoringService:
    return ScoringService(pipeline)


def kubernetes() -> dict[str, Any]:
    text = (DEPLOY / "kubernetes" / "secondglance.yaml").read_text("utf-8")
    return {part["kind"]: part for part in yaml.safe_load_all(text)}


def test_every_file_is_what_its_name_says() -> None:
    assert len(FILES) >= 7
    for path in FILES:
        text = path.read_text("utf-8")
        found = json.loads(text) if path.suffix == ".json" else list(yaml.safe_load_all(text))
        assert found, path


def test_kubernetes_takes_its_manifests() -> None:
    text = (DEPLOY / "kubernetes" / "secondglance.yaml").read_text("utf-8")
    for part in yaml.safe_load_all(text):
        kubernetes_validate.validate(part, KUBERNETES, strict=True)


def test_compose_takes_its_file() -> None:
    checked = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*checked, str(DEPLOY / "compose.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_prometheus_takes_its_rules() -> None:
    """Run where promtool is (Debian: `prometheus`); everywhere each rule has what Prometheus asks for."""
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))["groups"]
    assert all({"alert", "expr"} <= set(rule) <= RULE for rule in group["rules"])
    if shutil.which("promtool"):
        subprocess.run(["promtool", "check", "rules", str(DEPLOY / "alerts.yaml")], check=True, capture_output=True)


def test_every_setting_that_is_named_is_one() -> None:
    known = {f"SECONDGLANCE_{name.upper()}" for name in (*ServingSettings.model_fields, *PipelineSettings.model_fields)}
    named = {name for path in FILES for name in re.findall(r"SECONDGLANCE_[A-Z_]+", path.read_text("utf-8"))}
    assert len(named) >= 4
    assert named <= known


def test_every_metric_that_is_watched_is_there(service: ScoringService) -> None:
    service.metrics.count_request("http", "200")
    shown = set(re.findall(r"^# TYPE (\S+)", service.metrics.render().decode(), re.MULTILINE))
    watched = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for path in (DEPLOY / "alerts.yaml", DEPLOY / "grafana" / "dashboard.json")
        for name in re.findall(r"\b(?:secondglance|process)_[a-z_]+", path.read_text("utf-8"))
    }
    assert len(watched) >= 10
    assert watched <= shown


def test_every_label_that_is_asked_for_is_there(service: ScoringService) -> None:
    """Names of labels in selectors, sums and legends, and the values that are compared with."""
    metrics = service.metrics
    metrics.count_request("http", "200")
    metrics.count_challenge("violence", "same")
    outcome = service.score_now(Capture("a", text="he said he will stab me tomorrow"), Options())
    assert isinstance(outcome, Verdict)
    assert outcome.findings
    values: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            for label, value in sample.labels.items():
                values.setdefault(sample.name, {}).setdefault(label, set()).add(value)
    asked = 0
    for expression, legend in queries():
        named = values.get(next(iter(re.findall(r"(?:secondglance|process)_\w+", expression)), ""), {})
        for inside, label, is_, value in re.findall(r"(\w+)\{(\w+)(=~?|!=)\"([^\"]*)\"\}", expression):
            assert inside == "up" or set(value.split("|")) <= values[inside][label] or is_ == "!=", expression
            asked += 1
        wanted = {name for group in re.findall(r"by \(([\w, ]+)\)", expression) for name in group.split(", ")}
        wanted |= set(re.findall(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}", legend))
        assert wanted <= named.keys(), expression
        asked += len(wanted)
    assert asked >= 15


def queries() -> Iterator[tuple[str, str]]:
    """Every expression, and what is shown of its labels."""
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]:
        yield rule["expr"], rule["annotations"]["summary"]
    for panel in json.loads((DEPLOY / "grafana" / "dashboard.json").read_text("utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"], target.get("legendFormat", "")


def test_probes_and_ports_are_those_of_the_service(service: ScoringService) -> None:
    routes = {path for _, path, _ in scopes(make_app(service))}
    (container,) = kubernetes()["Deployment"]["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in routes & PUBLIC
        assert container[probe]["httpGet"]["port"] in {port["name"] for port in container["ports"]}
        # One answer that a busy replica gives after a second, Kubernetes' own limit, does not take it out.
        assert (container[probe]["timeoutSeconds"], container[probe]["failureThreshold"]) >= (3, 3)
    defaults = ServingSettings()
    assert {port["containerPort"] for port in container["ports"]} == {defaults.http_port, defaults.grpc_port}
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    stopping = float(env["SECONDGLANCE_DRAIN_DELAY_SECONDS"]) + float(env["SECONDGLANCE_DRAIN_SECONDS"])
    assert stopping + 2 < kubernetes()["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]


def test_every_file_that_is_mounted_is_there_or_is_made_by_the_first_lines(service: ScoringService) -> None:
    """And whoever mounts it knows it by the name that it has there."""
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    compose = yaml.safe_load(text)
    told = text.partition("services:")[0]
    mounted: dict[str, str] = {}
    for part in compose["services"].values():
        for volume in part.get("volumes", ()):
            source, _, rest = volume.partition(":")
            mounted[rest.removesuffix(":ro")] = source
            if not source.startswith("."):
                assert source in compose["volumes"]
            elif source.startswith("./secrets"):
                assert f"deploy/{source[2:]}" in told
            else:
                assert (DEPLOY / source).is_file(), source
    secrets = Path(compose["services"]["secondglance"]["environment"]["SECONDGLANCE_KEYS"])
    assert mounted[str(secrets.parent)] == "./secrets"
    assert f"--file deploy/secrets/{secrets.name}" in told
    prometheus = yaml.safe_load((DEPLOY / "prometheus.yaml").read_text("utf-8"))
    (scraped,) = prometheus["scrape_configs"]
    assert mounted[scraped["authorization"]["credentials_file"]] == "./secrets/metrics-key"
    assert mounted["/etc/prometheus/alerts.yaml"] == f"./{prometheus['rule_files'][0]}"
    assert scraped["static_configs"][0]["targets"] == [f"secondglance:{ServingSettings().http_port}"]
    (path,) = {path for _, path, scope in scopes(make_app(service)) if scope == "metrics"}
    assert scraped.get("metrics_path", "/metrics") == path
    (provider,) = yaml.safe_load((DEPLOY / "grafana" / "dashboards.yaml").read_text("utf-8"))["providers"]
    assert f"{provider['options']['path']}/secondglance.json" in mounted
    (source,) = yaml.safe_load((DEPLOY / "grafana" / "datasource.yaml").read_text("utf-8"))["datasources"]
    panels = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text("utf-8"))["panels"]
    assert {panel["datasource"]["uid"] for panel in panels if "targets" in panel} == {source["uid"]}
    assert source["url"] == "http://prometheus:9090"


def test_stopping_fits_into_the_time_that_compose_gives() -> None:
    part = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["secondglance"]
    own = ServingSettings(
        drain_delay_seconds=part["environment"]["SECONDGLANCE_DRAIN_DELAY_SECONDS"],
    )
    assert own.drain_delay_seconds + own.drain_seconds + 2 < int(part["stop_grace_period"].removesuffix("s"))
    command = CliRunner().invoke(group, [*part["command"][1:], "--help"])
    assert command.exit_code == 0, command.output


def test_nothing_is_served_without_keys_beyond_one_machine() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    (container,) = kubernetes()["Deployment"]["spec"]["template"]["spec"]["containers"]
    for command, env in (
        (compose["secondglance"]["command"], compose["secondglance"]["environment"]),
        (container["args"], {entry["name"]: entry["value"] for entry in container["env"]}),
    ):
        assert "--dev" not in command
        assert env["SECONDGLANCE_KEYS"]
    for part in compose.values():
        assert all(port.startswith("127.0.0.1:") for port in part.get("ports", ()))
