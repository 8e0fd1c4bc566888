/** The Korean texts of the element, and of what the page shares with it. */
export default {
  'element/problem': {
    unreadable: '파일을 읽을 수 없습니다',
    notPushable: '이대로는 푸시할 수 없습니다',
    damaged: '아카이브가 손상되었습니다',
    noAnswer: '레지스트리가 응답하지 않습니다',
    noAnswerAdvice:
      '주소가 맞는지, 레지스트리가 실행 중인지 확인하십시오. 이 페이지의 접근도 허용되어 있어야 합니다(CORS).',
    notSignedIn: '레지스트리에 로그인할 수 없습니다',
    notSignedInAdvice: '다른 사용자로 로그인하십시오.',
    refused: '레지스트리가 요청을 거부했습니다',
    refusedAdvice: '거부한 이유는 레지스트리 운영자에게 문의하십시오.',
    wrong: '문제가 발생했습니다',
  },
  'element/push': {
    choose: '아카이브 선택',
    drop: '또는 여기에 놓으십시오',
    push: '푸시',
    registry: '레지스트리',
    repository: '저장소',
    tag: '태그',
    done: '레지스트리에 저장되었습니다',
  },
  'element/sign-in': {
    title: '로그인: {registry}',
    username: '사용자 이름',
    password: '비밀번호 또는 토큰',
    refused: '레지스트리가 이 사용자 이름과 비밀번호를 받아들이지 않았습니다.',
    signIn: '로그인',
    cancel: '취소',
  },
}
