from textgen.evaluation.measures import MEASURES, Measure


def test_an_interval_stays_within_the_range() -> None:
    share = Measure("share", "higher", 1, "of all")
    assert share.clipped((-0.1, 0.4)) == (0, 0.4)
    assert share.clipped((0.9, 1.1)) == (0.9, 1)
    assert Measure("distance", "lower", None, "far").clipped((-1.0, 7.0)) == (0, 7.0)


def test_every_measure_has_a_title_of_its_own() -> None:
    titles = [measure.title for measure in MEASURES.values()]
    assert len(set(titles)) == len(titles)
