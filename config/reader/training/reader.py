"""The reader: BERT with a start and an end logit for each token, its weights under the names that Hugging Face gives them."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

WIDTH, INNER, HEADS, LAYERS, PLACES = 384, 1536, 12, 12, 512

# The parts of a layer, as they are called here and in a checkpoint.
PARTS = dict(
    query="attention.self.query", key="attention.self.key", value="attention.self.value",
    attended="attention.output.dense", attended_norm="attention.output.LayerNorm",
    inner="intermediate.dense", outer="output.dense", outer_norm="output.LayerNorm",
)


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.attended, self.attended_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = dropout

    def forward(self, states, mask):
        attended = self.attended(self.attend(states, mask))
        states = self.attended_norm(states + F.dropout(attended, self.dropout, self.training))
        outer = self.outer(F.gelu(self.inner(states)))
        return self.outer_norm(states + F.dropout(outer, self.dropout, self.training))

    def attend(self, states, mask):
        """Attention written out, since the exported graph is to hold plain products of matrices."""
        rows, tokens, _ = states.shape
        query, key, value = (
            part(states).view(rows, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        weights = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + mask
        weights = F.dropout(torch.softmax(weights, -1), self.dropout, self.training)
        return (weights @ value).transpose(1, 2).reshape(rows, tokens, WIDTH)


class Reader(nn.Module):
    def __init__(self, pieces, dropout=0.1):
        super().__init__()
        self.pieces, self.places = nn.Embedding(pieces, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.sides, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.spans = nn.Linear(WIDTH, 2)
        self.dropout = dropout

    def forward(self, input_ids, attention_mask, token_type_ids):
        """Logits, rows x tokens x 2: where the answer starts, where it ends; token 0 is "not in this window"."""
        mask = (1 - attention_mask[:, None, None, :].float()) * -1e4
        states = self.embed(input_ids, token_type_ids)
        for layer in self.layers:
            states = layer(states, mask)
        return self.spans(states)

    def embed(self, input_ids, token_type_ids):
        places = torch.arange(input_ids.shape[1])[None]
        states = self.pieces(input_ids) + self.places(places) + self.sides(token_type_ids)
        return F.dropout(self.norm(states), self.dropout, self.training)

    def freeze_below(self, layer):
        """Leaves only the layers from `layer` on to be trained. The rest also stops dropping out: it is a fixed function."""
        for part in [self.pieces, self.places, self.sides, self.norm, *self.layers[:layer]]:
            part.requires_grad_(False)
        for frozen in self.layers[:layer]:
            frozen.dropout = 0.0
        self.dropout = 0.0


def load(path):
    """The reader of a checkpoint, in single precision, for use (not training)."""
    stored = load_file(path)
    reader = Reader(stored["bert.embeddings.word_embeddings.weight"].shape[0])
    reader.load_state_dict({ours: stored[theirs].float() for ours, theirs in names(reader)})
    return reader.eval()


def save(reader, path):
    """Half precision: what is left out is far below what eight bits leave out later."""
    state = reader.state_dict()
    save_file({theirs: state[ours].detach().half().contiguous() for ours, theirs in names(reader)}, path)


def names(reader):
    """Each tensor's name here with its name in a checkpoint."""
    heads = dict(pieces="bert.embeddings.word_embeddings", places="bert.embeddings.position_embeddings",
                 sides="bert.embeddings.token_type_embeddings", norm="bert.embeddings.LayerNorm", spans="qa_outputs")
    for ours in reader.state_dict():
        first, *rest = ours.split(".")
        if first == "layers":
            number, part, kind = rest
            yield ours, f"bert.encoder.layer.{number}.{PARTS[part]}.{kind}"
        else:
            yield ours, f"{heads[first]}.{rest[0]}"
