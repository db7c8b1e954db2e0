"""Real models, but tiny: made with random weights, saved as any model is, and loaded again in a moment."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORDS = ["ice", "ship", "harbour", "mayor", "query", "passage"]
WORDS += ["лід", "корабель", "гавань", "мер", "зима", "зими"]
SIGNS = [":", "?", "."]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
# Of a tiny model's window, in tokens.
WINDOW = 48


def make_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder with so many scores a pair, in a folder."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(7)
    model = BertForSequenceClassification(_config(num_labels=labels))
    # As it begins, its head makes next to nothing of any pair.
    torch.nn.init.normal_(model.classifier.weight, std=2.0)
    return _save(model, folder)


def make_encoder(folder: Path, prompts: Mapping[str, str]) -> Path:
    """An encoder of 32 dimensions that knows words of two alphabets, with prompts, in a folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertModel

    torch.manual_seed(7)
    bare = _save(BertModel(_config()), folder / "bare")
    made = SentenceTransformer(str(bare), device="cpu", prompts=dict(prompts), local_files_only=True)
    made.save_pretrained(str(folder), create_model_card=False)
    shutil.rmtree(bare)
    return folder


def _config(**given: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS) + len(SIGNS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=WINDOW,
        initializer_range=0.2,
        **given,
    )


def _save(model: Any, folder: Path) -> Path:
    from transformers import BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join([*SPECIAL, *WORDS, *SIGNS]), encoding="utf-8")
    model.save_pretrained(folder)
    # Accents stripped, "й" would be "и".
    BertTokenizer.from_pretrained(folder, strip_accents=False).save_pretrained(folder)
    return folder
