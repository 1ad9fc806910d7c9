"""What a person is told before training starts: how the corpus was read, what was chosen, what it will take."""

from collections.abc import Iterator

from textgen.config import DiscriminatorConfig, EncoderDecoderConfig, ScriptTrainingConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.repairs import REPAIRS
from textgen.corpus.survey import CorpusSurvey, DialogueSurvey
from textgen.training.run_record import Run
from textgen.training.sizing import RunEstimate
from textgen.training.task import RunPlan
from textgen.wording import count

_MOST_FILES = 5
_FEW_CHARACTERS = 100_000


def describe_corpus(corpus: Corpus, survey: CorpusSurvey | DialogueSurvey) -> Iterator[str]:
    """A line or more on what was read, and on everything that was changed on the way."""
    for file in corpus.files[:_MOST_FILES]:
        paths = " and ".join(map(str, file.paths))
        yield f"corpus    {paths}: {file.format}, because {file.reason}; {file.encoding}"
    if len(corpus.files) > _MOST_FILES:
        yield f"          and {count(len(corpus.files) - _MOST_FILES, 'more file')}"
    yield from (f"          {line}" for line in _counts(survey))
    for file in corpus.files:
        for kind, times in file.repairs.items():
            yield f"repaired  {times:,} x {REPAIRS[kind]} in {file.path.name}"
    if isinstance(survey, CorpusSurvey):  # of dialogues the counts say it
        for change, times in survey.changes.items():
            yield f"changed   {times:,} x {change}"
        if survey.skipped:
            yield f"skipped   {count(survey.skipped, 'bad record')}, such as {survey.skipped_examples[0]}"


def _counts(survey: CorpusSurvey | DialogueSurvey) -> Iterator[str]:
    if isinstance(survey, DialogueSurvey):
        yield from survey.describe()
        if survey.detokenised:
            yield "put back into normal writing (--spacing as-is leaves it alone)"
        return
    yield (
        f"{count(survey.lines, 'line')}, {count(len(survey.speakers), 'speaker')}, "
        f"{count(survey.scenes, 'scene')}, {count(survey.characters, 'character')}"
    )


def describe_plan(plan: RunPlan, run: Run, guess: RunEstimate) -> Iterator[str]:
    """A few lines on the model, the run and what it will take; of a plan that is settled."""
    model, training, tokenizer = plan.architecture, plan.training, plan.tokenizer
    assert not isinstance(model, DiscriminatorConfig)
    is_chat = isinstance(model, EncoderDecoderConfig)
    labels, of = ("", "replies of ") if is_chat else (f" ({len(tokenizer.speakers)} of them speakers)", "")
    yield (
        f"text      {tokenizer.level} level, {tokenizer.vocabulary_size:,} tokens in the vocabulary{labels}, "
        f"{run.characters[0] / run.tokens[0]:.2f} characters a token"
    )
    yield (
        f"model     {'encoder and decoder of ' if is_chat else ''}{model.layers} x {model.hidden} {model.cell.upper()}"
        f"{', attention' if isinstance(model, EncoderDecoderConfig) and model.attention else ''}, "
        f"embedding {model.embedding}, {model.parameters / 1e6:.1f} million weights, "
        f"dropout {training.dropout:g}, {training.precision}"
    )
    if isinstance(training, ScriptTrainingConfig) and training.sampled_words:
        yield (
            f"softmax   over {training.sampled_words:,} of {len(tokenizer.ranked_ids()):,} words in each step, so that "
            "the training score is an estimate; held out over all"
        )
    if run.characters[0] < _FEW_CHARACTERS:
        yield (
            f"note      {of}{run.characters[0]:,} characters are few: the model will mostly recite them; "
            f"{_FEW_CHARACTERS:,} and more are better"
        )
    yield f"held out  {of}{_held_out(run)}"
    yield (
        f"training  {training.budget.describe()}: about {guess.tokens_per_second:,.0f} "
        f"{'tokens of replies' if is_chat else 'tokens'} a second here, {guess.epochs:.1f} epochs in "
        f"{_minutes(guess.minutes)}, {guess.memory / 1e9:.1f} GB of memory"
    )


def describe_smaller(usual: str, guess: RunEstimate) -> str:
    """Why the model is smaller than is usual for its text.

    Args:
        usual: the size that suits the text.
        guess: what a run of that size would take.
    """
    return (
        f"size      {usual} suits a text of this length, but would read only {count(guess.tokens, 'token')} in "
        f"{_minutes(guess.minutes)} here, too few to be better: give it more time, or --size {usual}, which overrules"
    )


def _held_out(run: Run) -> str:
    characters = f"{run.characters[1]:,} characters, up to {count(run.training.validations, 'validation')}"
    if run.held_out_decides:
        return characters
    return f"{characters}; too few to choose the best weights by, so the last ones are kept"


def _minutes(number: float) -> str:
    if number < 0.1:
        return "a few seconds"
    rounded = round(number, 1) if number < 10 else round(number)
    return f"{rounded:,g} {'minute' if rounded == 1 else 'minutes'}"
