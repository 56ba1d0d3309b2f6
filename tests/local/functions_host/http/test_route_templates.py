"""Route templates that ASP.NET refuses are refused here, in its words."""

import pytest

from local.functions_host.http.route_templates import compile_route


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("jobs//{id}", "The route template separator character '/' cannot appear consecutively."),
        ("jobs/{id}/{ID}", "The route parameter name 'ID' appears more than one time"),
        ("{*rest}/end", "A catch-all parameter can only appear as the last segment"),
        ("jobs/{id", "There is an incomplete parameter in the route template."),
        ("jobs/id}", "There is an incomplete parameter in the route template."),
        ("jobs/{}", "There is an incomplete parameter in the route template."),
        ("jobs/a?", "The literal section 'a?' is invalid."),
        ("{a}{b}", "A path segment cannot contain two consecutive parameters."),
        ("x{*rest}", "A catch-all parameter cannot be marked optional, nor share a segment"),
        ("{*rest?}", "A catch-all parameter cannot be marked optional, nor share a segment"),
        ("{page=1?}", "An optional parameter cannot have default value"),
        ("{id:integer}", "route constraint 'integer' is not known to this local host"),
    ],
)
def test_a_template_that_asp_net_refuses_is_refused_in_its_words(template: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 the words are what is tested
        compile_route(template)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("jobs/{id:int?}", "jobs"),
        ("{name}.{kind}", "page.html"),
        ("{*rest}", "a/b/c"),
        ("{page=1}", ""),
        ("/jobs/", "jobs"),
    ],
)
def test_a_template_that_asp_net_takes_is_taken(template: str, path: str) -> None:
    assert compile_route(template).match(path) is not None


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("jobs/latest", "jobs/{id}"),
        ("jobs/{id:int}", "jobs/{id}"),
        ("jobs/{id:alpha:length(3)}", "jobs/{id:alpha}"),
        ("jobs/{id?}", "jobs"),
        ("jobs/{id}/steps", "jobs/{id}"),
        ("jobs/v{number}", "jobs/{id:int}"),
        ("{any}/a", "{any}/b"),
    ],
)
def test_routes_are_tried_in_the_order_in_which_the_http_extension_sorts_them(
    first: str, later: str
) -> None:
    assert compile_route(first).rank < compile_route(later).rank


@pytest.mark.parametrize(
    ("one", "other"), [("{name}", "{*rest}"), ("v{number}", "v{other}.json"), ("A", "a")]
)
def test_what_the_extension_cannot_tell_apart_is_left_to_the_names_of_the_functions(
    one: str, other: str
) -> None:
    assert compile_route(one).rank == compile_route(other).rank
