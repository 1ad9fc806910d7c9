from textgen.generation.seeds import fresh_seed, turn_seed


def test_each_turn_and_each_attempt_has_a_seed_of_its_own() -> None:
    seeds = {turn_seed(base, turn, attempt) for base in range(5) for turn in range(20) for attempt in range(5)}
    assert len(seeds) == 500
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_the_seed_of_a_turn_is_the_same_on_every_machine() -> None:
    assert turn_seed(7, 1, 0) == 3817936609


def test_fresh_seeds_differ() -> None:
    assert len({fresh_seed() for _ in range(8)}) > 1
