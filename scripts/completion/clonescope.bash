# SPDX-License-Identifier: GPL-2.0
# Completes clonescope in bash, by its own --help: what is new there is completed, too.

_clonescope_errnos='E2BIG EACCES EAGAIN EBADF EBUSY EEXIST EFAULT EINTR EINVAL EMFILE ENFILE ENODEV ENOENT ENOMEM
	ENOSPC ENOSYS EOPNOTSUPP EPERM ERESTARTNOINTR'
_clonescope_flags='AUTOREAP CHILD_CLEARTID CHILD_SETTID CLEAR_SIGHAND DETACHED EMPTY_MNTNS FILES FS INTO_CGROUP IO
	NEWCGROUP NEWIPC NEWNET NEWNS NEWPID NEWTIME NEWUSER NEWUTS NNP PARENT PARENT_SETTID PIDFD PIDFD_AUTOKILL PTRACE
	SETTLS SIGHAND SYSVSEM THREAD UNTRACED VFORK VM'
_clonescope_kernels='5.10 5.15 6.1 6.6 6.12 6.18 7.0 7.1 7.2 7.3'

# PROGRAM SUBCOMMAND OPTION: what help calls the option's value; nothing: it has none.
_clonescope_value_of()
{
	local option=$3
	"$1" "$2" --help 2>/dev/null | sed -nE "s/^ +(-[A-Za-z], )?$option[ =]([A-Z:]+)( .*)?\$/\\2/p
		s/^ +$option, --[a-z-]+=([A-Z:]+)( .*)?\$/\\1/p"
}

# PROGRAM SUBCOMMAND: names, with a '=' where a value is wanted, and letters without a name.
_clonescope_options()
{
	"$1" "$2" --help 2>/dev/null | sed -nE 's/^ +(-[A-Za-z?], )?(--[a-z][a-z-]*=?).*/\2/p
		s/^ +(-[A-Za-z])( .*)?$/\1/p'
}

# Several names, joined by '|': the last one is completed, what is before it stays.
_clonescope_flag_names()
{
	local word=${cur#[\'\"]} before=''
	[[ $word != *'|'* ]] || before=${word%'|'*}'|'
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$_clonescope_flags" -- "${word##*'|'}")
}

# OPTION PLACEHOLDER
_clonescope_values()
{
	local words_of=''
	case $1:$2 in
	--backend:*) words_of='auto bpf module' ;;
	--attach:*) words_of='auto fentry kprobe tracepoint' ;;
	*:WHEN) words_of='auto always never' ;;
	*:ERRNO) words_of=$_clonescope_errnos ;;
	*:VERSION) words_of=$_clonescope_kernels ;;
	*:FLAGS) _clonescope_flag_names && return ;;
	*:FILE) _filedir && return ;;
	*:DIR) _filedir -d && return ;;
	*:CGROUP) words_of=$(find /sys/fs/cgroup -mindepth 1 -type d -printf '/%P\n' 2>/dev/null) ;;
	*:USER) words_of=$(compgen -u) ;;
	*:PID | *:TID) _pids && return ;;
	-n:NAME) words_of=$(ps -eo comm= 2>/dev/null) ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words_of" -- "$cur")
}

# What is no option. PROGRAM SUBCOMMAND
_clonescope_arguments()
{
	case $2 in
	report) _filedir ;;
	explain)
		_clonescope_flag_names
		mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W \
			"clone clone3 fork vfork $_clonescope_errnos" -- "$cur")
		;;
	esac
}

_clonescope()
{
	local cur prev words cword i value
	_init_completion -n = || return

	for ((i = 2; i < cword; i++)); do
		if [[ ${words[i]} == -- ]]; then
			_command_offset $((i + 1))
			return
		fi
	done
	if ((cword == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "--help --version $("$1" --help 2>/dev/null |
			sed -nE 's/^  ([a-z]+)  .*/\1/p')" -- "$cur")
		return
	fi
	if [[ $cur == --*=* ]]; then
		prev=${cur%%=*} cur=${cur#*=}
		value=$(_clonescope_value_of "$1" "${words[1]}" "$prev")
		_clonescope_values "$prev" "$value"
		return
	fi
	if [[ $prev == -?* ]]; then
		value=$(_clonescope_value_of "$1" "${words[1]}" "$prev")
		if [[ $value ]]; then
			_clonescope_values "$prev" "$value"
			return
		fi
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_clonescope_options "$1" "${words[1]}")" -- "$cur")
		[[ ${COMPREPLY-} != *= ]] || compopt -o nospace
		return
	fi
	_clonescope_arguments "$1" "${words[1]}"
} && complete -F _clonescope clonescope
