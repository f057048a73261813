"""CW1: the text of the file."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_TEXT"]

OF_TEXT = {
    "CW101": Explanation(
        "无法读取文件",
        "There is no such file, it may not be read, or it is a folder. A name without `/` and `.` is taken for the "
        "id of something that casewf ships.",
        "Check the path and its spelling; for a file without an ending write `./name`.",
    ),
    "CW102": Explanation(
        "文件不是UTF-8编码",
        "casewf reads UTF-8 only. Older Chinese programs save as GBK, some editors as UTF-16; read as UTF-8 their "
        "characters mean nothing, or something else.",
        "Save the file as UTF-8; every editor has that choice in its dialogue for saving.",
    ),
    "CW103": Explanation(
        "文件过大",
        "A file may have 5 MB and 500,000 values. A definition has a hundredth of that; a larger file is most often "
        "another one, and reading it could use up the machine's memory. The transitions of a workflow may stand for "
        "50,000 moves, one from each state that a row leaves: a row from all of a thousand states is a thousand.",
        "Check that it is the right file; let fewer rows leave very many states.",
    ),
    "CW104": Explanation(
        "文件是空的",
        "There is nothing in the file but comments and blank lines.",
        "Begin with the line `casewf: 1`, or let `casewf new` write a first workflow.",
    ),
    "CW105": Explanation(
        "不是合法的YAML",
        "A bracket or a quotation mark is not closed, the indentation does not fit, a tab was used to indent, or a "
        "text with a colon stands without quotes. Nothing after that place can be read.",
        "Mend the place, or the line above it. Put a text that contains `: `, `#` or `*` in quotes.",
        "by: handler}\n      - {trigger: close",
        "by: handler\n      - {trigger: close",
    ),
    "CW106": Explanation(
        "一个文件中有多个文档",
        "A line `---` begins a second document in the same file. One file defines one thing, so that it can be named.",
        "Write each document to a file of its own, and delete `---`.",
        "slas:\n",
        "---\nslas:\n",
    ),
    "CW107": Explanation(
        "键重复",
        "YAML programs silently take the last one. The first value, perhaps a limit, would be lost.",
        "Keep one of the two, or give one another name.",
        "  handler: {zh: 办理员, en: Handler}",
        "  handler: {zh: 办理员, en: Handler}\n  handler: {zh: 经办人, en: Case worker}",
    ),
    "CW108": Explanation(
        "不支持YAML标签",
        "A tag such as `!!int` or `!!python/object` tells YAML programs to build a value of some type, in the worst "
        "case to run code. Here types follow from the keys, and a tag is never followed.",
        "Delete the tag.",
        "version: 1",
        "version: !!int 1",
    ),
    "CW109": Explanation(
        "锚点或别名无法解析",
        "An alias `*name` stands for what `&name` marks above. This one marks nothing, contains itself, or stands "
        "for so much that the text would grow beyond all bounds. Maps are not merged with `<<`.",
        "Mark the value with `&name` above its first use, or write it out.",
        "by: handler}\n      - {trigger: close",
        "by: *staff}\n      - {trigger: close",
    ),
    "CW110": Explanation(
        "嵌套过深",
        "Lists and maps lie more than 50 deep in one another. A workflow needs about ten; deeper ones are most often a "
        "bracket that was not closed, and could use up the machine's memory.",
        "Close the bracket that was forgotten, or write the value flatter.",
        "title: {zh: 投诉, en: Claim}",
        "title: " + "[" * 51 + "]" * 51,
    ),
    "CW111": Explanation(
        "其他程序会读作真或假的键",
        "YAML 1.1 reads `on`, `off`, `yes` and `no` as true or false, so other programs find another key than you "
        "wrote.",
        "Choose another word, or put it in quotes where it is a code of yours.",
        "      received: {zh: 受理, en: Received}",
        "      received: {zh: 受理, en: Received}\n      no: {zh: 否, en: No}",
    ),
    "CW112": Explanation(
        "不应出现在文本文件中的字符",
        "A control character, most often copied along from another program. It is not seen, and would become part of a "
        "name or a label.",
        "Delete it: retype the word.",
        "title: {zh: 投诉, en: Claim}",
        "title: {zh: 投\u0008诉, en: Claim}",
    ),
    "CW113": Explanation(
        "问题过多，未全部列出",
        "More than 500 problems were found. Most follow from the first ones, or it is another kind of file.",
        "Mend the first ones and look again.",
    ),
}
