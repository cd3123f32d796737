"""The sizes of a PyTorch model's gradients and parameters, as metrics."""

import math

_LONGEST_NORM_NAME = 200


def _watch_model(run, model, every, gradients, parameters):
    """Adds hooks to a model's parameters. Anything with PyTorch's methods will do.

    Norms are taken as gradients arrive, each ``every``-th time, and logged when all parameters had theirs.
    """
    watched = [(name, p) for name, p in model.named_parameters() if getattr(p, "requires_grad", True)]
    state = {"passes": {}, "norms": {}}
    handles = []

    def hook_of(name, parameter):
        def hook(gradient):
            try:
                seen = state["passes"][name] = state["passes"].get(name, 0) + 1
                if (seen - 1) % every:
                    return
                norms = state["norms"]
                if "gradients/" + name in norms or "parameters/" + name in norms:
                    # Some parameters got no gradient in the pass before: what is known of it is logged.
                    _log_norms(run, norms)
                if gradients:
                    norms["gradients/" + name] = _norm(gradient)
                if parameters:
                    norms["parameters/" + name] = _norm(parameter)
                if len(norms) == len(watched) * (int(gradients) + int(parameters)):
                    _log_norms(run, norms)
            except Exception as error:
                run._refusals.add("the gradients", str(error))

        return hook

    for name, parameter in watched:
        handles.append(parameter.register_hook(hook_of(_text_name(name), parameter)))
    return handles


def _text_name(name):
    return str(name)[:_LONGEST_NORM_NAME]


def _log_norms(run, norms):
    total = math.sqrt(sum(value * value for name, value in norms.items() if name.startswith("gradients/")))
    values = dict(norms)
    if any(name.startswith("gradients/") for name in norms):
        values["gradients/norm"] = total
    norms.clear()
    run._log_beside(values)


def _norm(tensor):
    tensor = tensor.detach() if hasattr(tensor, "detach") else tensor
    value = tensor.norm()
    return float(value.item() if hasattr(value, "item") else value)
