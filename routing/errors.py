"""What is wrong with a rule, in a form that a page can put beside the row."""


class RuleError(ValueError):
    """What is wrong with a rule set, naming the rule.

    slug: the rule's; "" where it is the set as a whole. path: where in the rule's data, such as "when.1.any.0".
    code: one word for the kind of mistake. text: the mistake and what would be right.
    """

    def __init__(self, text: str, code: str = "", path: str = "", slug: str = "") -> None:
        where = f" (at {path})" if path.startswith("when.") else ""
        super().__init__(f"rule {slug}: {text}{where}" if slug else f"{text}{where}")
        self.text, self.code, self.path, self.slug = text, code, path, slug

    def within(self, slug: str) -> "RuleError":
        """The same mistake, said of this rule."""
        return RuleError(self.text, self.code, self.path, slug)
