"""What MLflow's Python clients of versions 2.12 and 3 send, one call of theirs after the other, and what they need of the answers.

    client.py ADDRESS UNIQUE

Ends with 0 and "passed" when every answer was right. The clients themselves are not in the package registries that tests may use.
"""

import sys
import time

from rest import MlflowError, Rest

FILES = {
    "MLmodel": b"flavors:\n  python_function: {}\n",
    "conda.yaml": b"name: env\n",
    "python_env.yaml": b"python: 3.11\n",
    "requirements.txt": b"numpy\n",
    "data/model.pkl": bytes(range(256)) * 64,
}


def now():
    return int(time.time() * 1000)


def refused(code, call, *args, **fields):
    """The error that a call must end with."""
    try:
        call(*args, **fields)
    except MlflowError as error:
        assert error.code == code, f"{code} was expected: {error}"
        return error
    raise AssertionError(f"{code} was expected of {args}")


def pairs(values):
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def unpaired(values):
    return {pair["key"]: pair["value"] for pair in values or []}


class Client:
    """The calls of the client."""

    def __init__(self, host, version):
        self.rest = Rest(host, version)

    def set_experiment(self, name):
        """Finds or creates an experiment."""
        try:
            return self.rest.get("experiments/get-by-name", experiment_name=name)["experiment"]["experiment_id"]
        except MlflowError as error:
            assert (error.status, error.code) == (404, "RESOURCE_DOES_NOT_EXIST"), error
        return self.rest.post("experiments/create", name=name, tags=[])["experiment_id"]

    def start_run(self, experiment, name, parent=None):
        tags = {"mlflow.user": "anna", "mlflow.source.name": "train.py", "mlflow.source.type": "LOCAL"}
        if parent:
            tags["mlflow.parentRunId"] = parent
        run = self.rest.post(
            "runs/create",
            experiment_id=experiment,
            user_id="anna",
            run_name=name,
            start_time=now(),
            tags=pairs({**tags, "mlflow.runName": name}),
        )["run"]
        assert run["info"]["status"] == "RUNNING" and run["info"]["run_name"] == name, run
        return run["info"]

    def end_run(self, run, status="FINISHED"):
        info = self.rest.post("runs/update", run_uuid=run, run_id=run, status=status, end_time=now())["run_info"]
        assert info["status"] == status and info["end_time"] >= info["start_time"], info

    def get_run(self, run):
        return self.rest.get("runs/get", run_uuid=run, run_id=run)["run"]

    def search_runs(self, experiment, text="", view="ACTIVE_ONLY"):
        found, token = [], None
        while True:
            page = self.rest.post(
                "runs/search",
                experiment_ids=[experiment],
                filter=text,
                run_view_type=view,
                max_results=1,
                order_by=["attributes.start_time DESC"],
                **({"page_token": token} if token else {}),
            )
            found += [run["info"]["run_id"] for run in page.get("runs", [])]
            token = page.get("next_page_token")
            if not token:
                return found

    def register(self, name):
        try:
            self.rest.post("registered-models/create", name=name, tags=[])
        except MlflowError as error:
            assert error.code == "RESOURCE_ALREADY_EXISTS", error

    def load(self, name, version):
        """The files of a version, as load_model downloads them."""
        uri = self.rest.get("model-versions/get-download-uri", name=name, version=version)["artifact_uri"]
        return self.rest.download(uri)


def log_values(client, run):
    rest = client.rest
    rest.post("runs/log-parameter", run_uuid=run, run_id=run, key="lr", value="0.1")
    rest.post("runs/log-parameter", run_uuid=run, run_id=run, key="lr", value="0.1")
    error = refused(
        "INVALID_PARAMETER_VALUE", rest.post, "runs/log-parameter", run_uuid=run, run_id=run, key="lr", value="0.2"
    )
    assert "Changing param values is not allowed" in error.message, error
    rest.post("runs/log-metric", run_uuid=run, run_id=run, key="loss", value="NaN", timestamp=now(), step=0)
    at = now()
    metrics = [{"key": "loss", "value": 1 / step, "timestamp": at + step, "step": step} for step in range(1, 1001)]
    params = pairs({f"layer.{i}": i for i in range(100)})
    rest.post("runs/log-batch", run_id=run, metrics=metrics, params=[], tags=[])
    rest.post("runs/log-batch", run_id=run, metrics=[], params=params, tags=pairs({"team": "vision"}))
    rest.post("runs/set-tag", run_uuid=run, run_id=run, key="note", value="a\nb")
    rest.post("runs/delete-tag", run_id=run, key="team")

    data = client.get_run(run)["data"]
    latest = {metric["key"]: metric for metric in data["metrics"]}
    assert (latest["loss"]["value"], latest["loss"]["step"]) == (1 / 1000, 1000), latest
    assert unpaired(data["params"]) == {"lr": "0.1", **{f"layer.{i}": str(i) for i in range(100)}}
    assert "team" not in unpaired(data["tags"]) and unpaired(data["tags"])["note"] == "a\nb"
    history, token = [], None
    while True:
        page = rest.get(
            "metrics/get-history",
            run_uuid=run,
            run_id=run,
            metric_key="loss",
            max_results=600,
            **({"page_token": token} if token else {}),
        )
        history += page["metrics"]
        token = page.get("next_page_token")
        if not token:
            break
    assert [metric["step"] for metric in history] == list(range(1001))
    assert history[0]["value"] == "NaN"


def log_artifacts(client, info):
    rest, run = client.rest, info["run_id"]
    rest.upload(info["artifact_uri"], "notes/read me.txt", b"text")
    rest.upload(info["artifact_uri"], "plot.png", b"\x89PNG")
    listed = rest.get("artifacts/list", run_uuid=run, run_id=run)
    assert listed["root_uri"] == info["artifact_uri"], listed
    assert listed["files"] == [
        {"path": "notes", "is_dir": True},
        {"path": "plot.png", "is_dir": False, "file_size": 4},
    ], listed
    assert rest.download(info["artifact_uri"]) == {"notes/read me.txt": b"text", "plot.png": b"\x89PNG"}


def model_json(path, run):
    return (
        '{"artifact_path": "%s", "flavors": {"python_function": {}}, "run_id": "%s", '
        '"utc_time_created": "2026-01-31 12:00:00.000000", "model_uuid": "0123456789abcdef"}' % (path, run)
    )


def log_model_2(client, info, name):
    """pyfunc.log_model("model", registered_model_name=…) of version 2."""
    rest, run = client.rest, info["run_id"]
    for path, data in FILES.items():
        rest.upload(info["artifact_uri"], f"model/{path}", data)
    rest.post("runs/log-model", run_id=run, model_json=model_json("model", run))
    assert "mlflow.log-model.history" in unpaired(client.get_run(run)["data"]["tags"])
    client.register(name)
    version = rest.post(
        "model-versions/create", name=name, source=f"{info['artifact_uri']}/model", run_id=run, tags=[]
    )["model_version"]
    assert version["status"] == "READY" and version["run_id"] == run, version
    assert client.load(name, version["version"]) == FILES
    assert rest.download(f"{info['artifact_uri']}/model") == FILES
    return version["version"]


def log_model_3(client, experiment, info, name):
    """pyfunc.log_model(name="model", registered_model_name=…) of version 3."""
    rest, run = client.rest, info["run_id"]
    model = rest.post(
        "logged-models",
        experiment_id=experiment,
        name="model",
        source_run_id=run,
        params=pairs({"lr": "0.1"}),
        tags=pairs({"mlflow.user": "anna"}),
    )["model"]["info"]
    model_id = model["model_id"]
    assert model["status"] == "LOGGED_MODEL_PENDING", model
    rest.post("runs/outputs", run_id=run, models=[{"model_id": model_id, "step": 0}])
    rest.get(f"logged-models/{model_id}")
    for path, data in FILES.items():
        rest.upload(model["artifact_uri"], path, data)
    ready = rest.patch(f"logged-models/{model_id}", model_id=model_id, status="LOGGED_MODEL_READY")["model"]
    assert ready["info"]["status"] == "LOGGED_MODEL_READY", ready
    client.register(name)
    version = rest.post(
        "model-versions/create", name=name, source=f"models:/{model_id}", run_id=run, model_id=model_id, tags=[]
    )["model_version"]
    assert (version["model_id"], version["status"]) == (model_id, "READY"), version
    rest.patch(
        f"logged-models/{model_id}/tags",
        tags=pairs({"mlflow.modelVersions": f'[{{"name": "{name}", "version": {version["version"]}}}]'}),
    )

    # models:/m-… and models:/NAME/VERSION
    uri = rest.get(f"logged-models/{model_id}")["model"]["info"]["artifact_uri"]
    assert rest.download(uri) == FILES
    assert client.load(name, version["version"]) == FILES
    listed = rest.get(f"logged-models/{model_id}/artifacts/directories", artifact_directory_path="data")
    assert [file["path"] for file in listed["files"]] == ["data/model.pkl"] and listed["root_uri"] == uri, listed
    return model_id, version["version"]


def evaluate_3(client, experiment, run, model_id):
    """log_input, log_metric(model_id=…, dataset=…), search_logged_models, and list_artifacts of the run."""
    rest = client.rest
    dataset = {"name": "digits", "digest": "d1", "source_type": "local", "source": '{"uri": "digits.csv"}', "schema": "{}"}
    rest.post(
        "runs/log-inputs",
        run_id=run,
        datasets=[{"tags": pairs({"mlflow.data.context": "eval"}), "dataset": dataset}],
        models=[{"model_id": model_id}],
    )
    rest.post(
        "runs/log-metric",
        run_uuid=run,
        run_id=run,
        key="accuracy",
        value=0.9,
        timestamp=now(),
        step=1,
        model_id=model_id,
        dataset_name="digits",
        dataset_digest="d1",
    )
    rest.post(f"logged-models/{model_id}/params", params=pairs({"layers": 3}))
    run_now = client.get_run(run)
    assert run_now["inputs"]["dataset_inputs"][0]["dataset"] == dataset, run_now
    assert run_now["inputs"]["model_inputs"] == [{"model_id": model_id}], run_now
    assert run_now["outputs"]["model_outputs"] == [{"model_id": model_id, "step": 0}], run_now
    assert client.search_runs(experiment, "dataset.name = 'digits' AND dataset.context = 'eval'") == [run]
    found = rest.post(
        "logged-models/search",
        experiment_ids=[experiment],
        filter="metrics.accuracy > 0.8 AND params.layers = '3'",
        datasets=[{"dataset_name": "digits", "dataset_digest": "d1"}],
        max_results=50,
        order_by=[{"field_name": "metrics.accuracy", "ascending": False}],
    )["models"]
    assert [model["info"]["model_id"] for model in found] == [model_id], found
    of_run = rest.post(
        "logged-models/search", experiment_ids=[experiment], filter=f"source_run_id='{run}'", max_results=50
    )["models"]
    assert len(of_run) == 1, of_run
    datasets = rest.post("experiments/search-datasets", experiment_ids=[experiment])["dataset_summaries"]
    assert datasets == [{"experiment_id": experiment, "name": "digits", "digest": "d1", "context": "eval"}], datasets


def delete_and_restore(client, experiment, run, name):
    rest = client.rest
    rest.post("runs/delete", run_id=run)
    assert run not in client.search_runs(experiment)
    assert client.get_run(run)["info"]["lifecycle_stage"] == "deleted"
    rest.post("runs/restore", run_id=run)
    assert run in client.search_runs(experiment)
    rest.post("registered-models/alias", name=name, alias="champion", version="1")
    assert rest.get("registered-models/alias", name=name, alias="champion")["model_version"]["version"] == "1"
    rest.delete("registered-models/alias", name=name, alias="champion")
    rest.post("experiments/delete", experiment_id=experiment)
    assert client.search_runs(experiment) == []
    rest.post("experiments/restore", experiment_id=experiment)
    assert run in client.search_runs(experiment)


def version_2(host, unique):
    client = Client(host, "2.12.2")
    experiment = client.set_experiment(f"python 2 {unique}")
    assert client.set_experiment(f"python 2 {unique}") == experiment
    parent = client.start_run(experiment, "parent")
    child = client.start_run(experiment, "child", parent["run_id"])
    log_values(client, child["run_id"])
    log_artifacts(client, child)
    client.end_run(child["run_id"])
    assert log_model_2(client, parent, f"two {unique}") == "1"
    client.end_run(parent["run_id"], "FAILED")
    assert client.search_runs(experiment, f"tags.`mlflow.parentRunId` = '{parent['run_id']}'") == [child["run_id"]]
    assert client.search_runs(experiment) == [child["run_id"], parent["run_id"]]
    delete_and_restore(client, experiment, child["run_id"], f"two {unique}")


def version_3(host, unique):
    client = Client(host, "3.3.2")
    experiment = client.set_experiment(f"python 3 {unique}")
    info = client.start_run(experiment, "train")
    run, name = info["run_id"], f"three {unique}"
    log_values(client, run)
    log_artifacts(client, info)
    model_id, version = log_model_3(client, experiment, info, name)
    assert version == "1"
    evaluate_3(client, experiment, run, model_id)
    client.end_run(run)
    delete_and_restore(client, experiment, run, name)
    client.rest.delete(f"logged-models/{model_id}")
    refused("RESOURCE_DOES_NOT_EXIST", client.rest.get, f"logged-models/{model_id}")
    # A version has its files whatever becomes of the model.
    assert client.load(name, version) == FILES


if __name__ == "__main__":
    version_2(*sys.argv[1:])
    version_3(*sys.argv[1:])
    print("passed")
