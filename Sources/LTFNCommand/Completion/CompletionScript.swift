import LTFNBytes

/// What a shell runs to complete a program's command lines: a few lines that ask the program.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    /// The option that prints a script.
    static let option = "--generate-completion-script"

    /// The script that `arguments` ask for; nil when they ask for something else.
    ///
    /// - Parameter shell: the path of the user's shell, for a request that names none.
    /// - Throws: `CommandFailure` for a shell that is not known.
    static func requested(
        by arguments: [String], program: String, shell: String?
    ) throws(CommandFailure) -> String? {
        guard let first = arguments.first else { return nil }
        let name: String
        if first.hasPrefix(option + "=") {
            name = String(first.dropFirst(option.count + 1))
        } else if first == option {
            let own = shell?.split(separator: "/").last.map(String.init) ?? ""
            name = arguments.count > 1 ? arguments[1] : own
        } else {
            return nil
        }
        guard let script = CompletionScript(rawValue: name) else {
            throw CommandFailure(
                .usage,
                "There are no completions for \(name.isEmpty ? "a shell without a name" : name); "
                    + "expected \(option) with bash, zsh or fish.")
        }
        return script.text(program)
    }

    private func text(_ program: String) -> String {
        let function = String(program.map { $0 == "-" ? "_" : $0 })
        let template =
            switch self {
            case .bash: Self.bashTemplate
            case .zsh: Self.zshTemplate
            case .fish: Self.fishTemplate
            }
        return Self.replacing(
            "FUNCTION", function, in: Self.replacing("PROGRAM", program, in: template))
    }

    private static func replacing(_ mark: String, _ text: String, in template: String) -> String {
        template.split(separator: mark, omittingEmptySubsequences: false).joined(separator: text)
    }

    /// Readline breaks words at = and : as well, and leaves them as they are typed; the program is
    /// asked about whole ones, as the shell would hand them over. Nothing that stands in them is
    /// run for that.
    private static let bashTemplate = #"""
        _FUNCTION_unquote() {
            local rest=$1 mark= char name
            plain=
            [[ $rest == '~' || $rest == '~/'* ]] && plain=$HOME rest=${rest#\~}
            while [[ -n $rest ]]; do
                char=${rest:0:1} rest=${rest:1}
                case $mark$char in
                \' | \") mark=$char ;;
                \'\' | \"\") mark= ;;
                \\) plain+=${rest:0:1} rest=${rest:1} ;;
                \"\\)
                    [[ $rest == [\$\`\"\\]* ]] && char=${rest:0:1} rest=${rest:1}
                    plain+=$char
                    ;;
                \$ | \"\$)
                    if [[ $rest =~ ^[A-Za-z_][A-Za-z0-9_]* || $rest =~ ^\{[A-Za-z_][A-Za-z0-9_]*\} ]]; then
                        name=${BASH_REMATCH[0]} rest=${rest:${#BASH_REMATCH[0]}}
                        name=${name#\{} name=${name%\}}
                        plain+=${!name}
                    else
                        plain+=$char
                    fi
                    ;;
                *) plain+=$char ;;
                esac
            done
        }
        _FUNCTION() {
            local line=$COMP_LINE rest word count=0
            local -a words=() fields=()
            local plain program
            for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
                rest=${line#"${line%%[![:space:]]*}"}
                if [[ $rest == "$line" && $count -gt 0 ]]; then
                    words[count-1]+=$word
                else
                    words[count++]=$word
                fi
                line=${rest#"$word"}
            done
            local current=${words[count-1]} prefix= files= folders= extension path found=
            _FUNCTION_unquote "$1"
            program=$plain
            for word in "${!words[@]}"; do
                [[ $word -lt $((count - 1)) ]] || continue
                _FUNCTION_unquote "${words[word]}"
                words[word]=$plain
            done
            COMPREPLY=()
            while IFS= read -r line; do
                IFS=$'\t' read -r -a fields <<< "$line"
                case ${fields[0]} in
                p) prefix=${fields[1]} ;;
                w) printf -v word %q "${fields[1]}"; COMPREPLY+=("$word") ;;
                f) files=("${fields[@]:1}"); found=files ;;
                d) found=folders ;;
                esac
            done < <("$program" ---complete "${words[@]:1}" 2>/dev/null)
            current=${current#"$prefix"}
            if [[ $found == files ]]; then
                while IFS= read -r path; do
                    [[ -d $path || ${#files[@]} -eq 0 ]] && COMPREPLY+=("$path") && continue
                    for extension in "${files[@]}"; do
                        [[ $path == *."$extension" ]] && COMPREPLY+=("$path")
                    done
                done < <(compgen -f -- "$current")
            elif [[ $found == folders ]]; then
                while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -d -- "$current")
            fi
            if [[ -n $found ]]; then
                compopt -o filenames 2>/dev/null
            else
                # What is no file is not completed to files.
                compopt +o default 2>/dev/null
            fi
            local head=${current%"${current##*[:=]}"} index
            if [[ -n $head && $COMP_WORDBREAKS == *:* ]]; then
                for index in "${!COMPREPLY[@]}"; do COMPREPLY[index]=${COMPREPLY[index]#"$head"}; done
            fi
        }
        complete -o default -F _FUNCTION PROGRAM

        """#

    private static let zshTemplate = #"""
        #compdef PROGRAM
        _PROGRAM() {
            local line
            local -a fields answers described
            answers=("${(@f)$("${(Q)words[1]}" ---complete "${(@Q)${(@)words[2,CURRENT-1]}/#\~\//${(q)HOME}/}" "${(Q)PREFIX}" 2>/dev/null)}")
            for line in "${answers[@]}"; do
                fields=("${(@ps:\t:)line}")
                case $fields[1] in
                p) compset -P '*=' ;;
                w) described+=("${${fields[2]//\\/\\\\}//:/\\:}${fields[3]:+:$fields[3]}") ;;
                esac
            done
            (( $#described )) && _describe PROGRAM described
            for line in "${answers[@]}"; do
                fields=("${(@ps:\t:)line}")
                case $fields[1] in
                f) if (( $#fields > 1 )); then _files -g "*.(${(j:|:)fields[2,-1]})(-.)"; else _files; fi ;;
                d) _files -/ ;;
                esac
            done
        }
        if [[ $funcstack[1] == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi

        """#

    private static let fishTemplate = #"""
        function __FUNCTION_complete
            set -l words (commandline -xpc 2>/dev/null; or commandline -opc)
            set words (string replace -r '^~(?=/)' "$HOME" -- $words)
            set -l program $words[1]
            set -e words[1]
            set -l current (commandline -ct)
            set -l prefix ''
            for line in ($program ---complete $words "$current" 2>/dev/null)
                set -l fields (string split \t -- $line)
                switch $fields[1]
                    case p
                        set prefix $fields[2]
                        set current (string replace -- $prefix '' $current)
                    case w
                        printf '%s%s\t%s\n' $prefix $fields[2] $fields[3]
                    case f
                        set -l paths (__fish_complete_path "$current" | string replace -r '\t.*' '')
                        set -l fitting
                        for path in $paths
                            for extension in $fields[2..-1]
                                string match -q -- "*.$extension" $path; and set -a fitting $path
                            end
                            string match -q -- '*/' $path; and set -a fitting $path
                        end
                        test (count $fitting) -gt 0; or set fitting $paths
                        for path in $fitting
                            printf '%s%s\n' $prefix $path
                        end
                    case d
                        for path in (__fish_complete_directories "$current" | string replace -r '\t.*' '')
                            printf '%s%s\n' $prefix $path
                        end
                end
            end
        end
        complete -c PROGRAM -f -a '(__FUNCTION_complete)'

        """#
}
