"""nanoGPT's CPU setting for tiny-shakespeare, written anew after its published recipe.

A transformer (Vaswani et al. 2017) of 4 layers, 4 heads and 128 units over 64 characters, layer norm before each part,
GELU, no biases, the softmax sharing the character vectors. Batches of 12 random windows, 2,000 steps of AdamW (beta2
0.99, weight decay 0.1 on matrices, gradients clipped to a norm of 1), the rate 1e-3 after 100 steps of warm-up and then
down a cosine to 1e-4; no dropout. The held-out text is scored every 250 steps on 20 random batches (and so is the
training text there, which is left out here), and the best weights are kept.
"""

import math
import time
from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

LAYERS, HEADS, UNITS, WINDOW = 4, 4, 128, 64
BATCH, STEPS, VALIDATE_EVERY, VALIDATION_BATCHES = 12, 2000, 250, 20
RATE, LAST_RATE, WARM_UP, BETAS, WEIGHT_DECAY, CLIP = 1e-3, 1e-4, 100, (0.9, 0.99), 0.1, 1.0
_DEVIATION = 0.02


class Block(nn.Module):
    """Attention and a hidden layer, each added to what it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(UNITS, bias=False) for _ in range(2))
        self.queries_keys_values = nn.Linear(UNITS, 3 * UNITS, bias=False)
        self.mixed = nn.Linear(UNITS, UNITS, bias=False)
        self.widened = nn.Linear(UNITS, 4 * UNITS, bias=False)
        self.narrowed = nn.Linear(4 * UNITS, UNITS, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """*Shape:* (batch, time, units), of `x` and of what is returned."""
        batch, time, _ = x.shape
        parts = self.queries_keys_values(self.norms[0](x)).view(batch, time, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(*parts, is_causal=True).transpose(1, 2).reshape(batch, time, UNITS)
        x = x + self.mixed(seen)
        return x + self.narrowed(nn.functional.gelu(self.widened(self.norms[1](x))))


class SmallGpt(nn.Module):
    """Vectors of characters and positions, blocks, softmax.

    Args:
        characters: in the vocabulary.
    """

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.characters = nn.Embedding(characters, UNITS)
        self.positions = nn.Embedding(WINDOW, UNITS)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(UNITS, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                last_of_a_part = name.endswith(("mixed.weight", "narrowed.weight"))
                nn.init.normal_(weight, std=_DEVIATION / math.sqrt(2 * LAYERS) if last_of_a_part else _DEVIATION)

    def loss(self, run: torch.Tensor) -> torch.Tensor:
        """Nats a character of all but the first of each window. *Shape of `run`:* (batch, time + 1)."""
        ids = run[:, :-1]
        x = self.characters(ids) + self.positions(torch.arange(ids.shape[1]))
        logits = self.norm(self.blocks(x)) @ self.characters.weight.T
        return cross_entropy(logits.flatten(0, 1), run[:, 1:].flatten())


def learn(training: str, held_out: str, tell: Callable[[str], None], steps: int = STEPS) -> dict[str, float]:
    """Trains it, and scores it on the held-out text, in windows side by side.

    Args:
        training, held_out: the texts.
        tell: is told every validation.
        steps: of training.

    Returns:
        Figures; minutes are those of steps and validations.
    """
    torch.manual_seed(0)
    ids_of = {character: number for number, character in enumerate(sorted(set(training + held_out)))}
    learned, scored = (torch.tensor([ids_of[character] for character in text]) for text in (training, held_out))
    model, started = SmallGpt(len(ids_of)), time.perf_counter()
    matrices, others = ([w for w in model.parameters() if (w.dim() > 1) == wide] for wide in (True, False))
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, RATE, BETAS)
    best = math.inf
    for step in range(steps + 1):
        if step % VALIDATE_EVERY == 0 or step == steps:
            with torch.no_grad():
                nats = sum(model.loss(_windows(scored)).item() for _ in range(VALIDATION_BATCHES)) / VALIDATION_BATCHES
            tell(f"{step} steps, {nats:.3f} nats a character")
            if nats < best:
                best, weights = nats, {name: tensor.clone() for name, tensor in model.state_dict().items()}
        if step < steps:
            for group in optimizer.param_groups:
                group["lr"] = _rate(step, steps)
            optimizer.zero_grad()
            model.loss(_windows(learned)).backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
    minutes = (time.perf_counter() - started) / 60
    model.load_state_dict(weights)
    return {
        "minutes": minutes,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "steps": steps,
        "epochs": steps * BATCH * WINDOW / len(learned),
        "tokens_per_second": steps * BATCH * WINDOW / (60 * minutes),
        f"from_cold_{WINDOW}": from_cold(model, scored),
    }


@torch.no_grad()
def from_cold(model: SmallGpt, ids: torch.Tensor) -> float:
    """Nats a character of windows side by side; what is left over at the end is not scored."""
    windows = ids.unfold(0, WINDOW + 1, WINDOW)
    return sum(model.loss(part).item() * len(part) for part in windows.split(256)) / len(windows)


def _windows(ids: torch.Tensor) -> torch.Tensor:
    """A batch from random places."""
    return ids[torch.randint(len(ids) - WINDOW, (BATCH, 1)) + torch.arange(WINDOW + 1)]


def _rate(step: int, steps: int) -> float:
    if step < WARM_UP:
        return RATE * (step + 1) / (WARM_UP + 1)
    cosine = 0.5 * (1.0 + math.cos(math.pi * (step - WARM_UP) / max(1, steps - WARM_UP)))
    return LAST_RATE + cosine * (RATE - LAST_RATE)
