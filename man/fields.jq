# SPDX-License-Identifier: MIT
# The options that are fields, as mdoc lists, one a kind that `crm add` makes: see `make man-fields`.
def sentence: (.[0:1] | ascii_upcase) + .[1:] + ".";
def placeholder:
    if .type == "enum" then "word" elif .type == "reference" then "ref"
    elif .type == "integer" or .type == "decimal" then "number"
    elif .type == "date" or .type == "time" then .type else "text" end;
def item:
    (.name | gsub("_"; "-")) as $option
    | if .type == "boolean" then ".It Fl -\($option) , Fl -no-\($option)"
      else ".It Fl -\($option) Ar \(placeholder)" end,
      (.help | sentence),
      (if (.choices | length) > 0 then "One of", (.choices | to_entries | . as $all | .[]
          | ".Cm \(.value.name)" + (if .key < ($all | length) - 1 then " ," else " ." end))
       else empty end);
.kinds[] | select(.addable)
| ".Ss Fields of kind \(.name)", ".Bl -tag -width Ds",
  (.fields[] | select((.derived or .positional) | not) | item), ".El"
